package dev.hindsight.ops.cli;

/** A command could not be done; the message is for the person at the terminal and says what to do. */
public final class CommandFailure extends RuntimeException {

    public CommandFailure(String message) {
        super(message, null, false, false);
    }
}
