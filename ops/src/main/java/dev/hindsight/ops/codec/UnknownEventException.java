package dev.hindsight.ops.codec;

/**
 * A stored event has a name or a revision that this version does not know: a newer version wrote it. It must be neither
 * skipped nor parked.
 */
public final class UnknownEventException extends RuntimeException {

    private final String name;
    private final String revision;

    public UnknownEventException(String name, String revision) {
        super("stored event %s revision %s was written by a newer version".formatted(name, revision));
        this.name = name;
        this.revision = revision;
    }

    public String name() {
        return name;
    }

    public String revision() {
        return revision;
    }
}
