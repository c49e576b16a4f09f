package dev.hindsight.ops.backup;

/** A backup or a restore can't be made; the message says what is wrong and what to do, for the person at the terminal. */
public final class BackupRefused extends RuntimeException {

    public BackupRefused(String message) {
        super(message);
    }
}
