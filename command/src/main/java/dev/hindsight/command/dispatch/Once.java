package dev.hindsight.command.dispatch;

import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandHandler;

/**
 * What is written beside the log, once for each idempotency key: it is done in the transaction in which the success is
 * remembered.
 *
 * @param work answers what is to be found again; done again after a conflict, in a new transaction
 */
public record Once(Supplier<Receipt> work) {

    /** Does it. */
    public static final class Handler {

        @CommandHandler
        Receipt handle(Once command) {
            return command.work().get();
        }
    }
}
