package dev.hindsight.domain;

/** Somebody else changed it since the version that the caller decided on (412). Carries no stack trace. */
public final class PreconditionFailed extends RuntimeException {

    private final long currentVersion;

    /** @param currentVersion the version it has now, from 1 */
    public PreconditionFailed(long currentVersion) {
        super("It has changed since: read it again, its version is now " + currentVersion + ".", null, false, false);
        this.currentVersion = currentVersion;
    }

    public long currentVersion() {
        return currentVersion;
    }
}
