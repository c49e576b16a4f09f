package dev.hindsight.ops.codec.keys;

/** A stored key was wrapped under another key than the one at hand: most likely the wrong master key. */
public final class WrongKeyException extends RuntimeException {

    public WrongKeyException(Throwable cause) {
        super("a stored key does not unwrap: is this the master key that this database was made with?", cause);
    }
}
