package dev.hindsight.ops.codec.keys;

/** The keys table has no such key: the log is ahead of the keys, or the ticket was never opened. Not an erasure. */
public final class MissingKeyException extends RuntimeException {

    public MissingKeyException(String which) {
        super("there is no data key " + which);
    }
}
