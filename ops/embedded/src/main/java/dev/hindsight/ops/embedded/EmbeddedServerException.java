package dev.hindsight.ops.embedded;

/** An embedded server could not be started or stopped; the message carries the end of the server's own log. */
public final class EmbeddedServerException extends RuntimeException {
    public EmbeddedServerException(String message) {
        super(message);
    }

    public EmbeddedServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
