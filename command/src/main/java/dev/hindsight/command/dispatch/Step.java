package dev.hindsight.command.dispatch;

/**
 * A command and what has to happen in its unit of work before it is handled. Made anew for every attempt.
 *
 * @param command the payload for the command bus
 * @param first runs inside the unit of work and its transaction, after the idempotency look-up: checks of rights, and
 *     what has to be written beside the command; {@code If-Match}'s presence and the handler come after it
 */
public record Step(Object command, Runnable first) {

    public static Step of(Object command) {
        return new Step(command, () -> {});
    }
}
