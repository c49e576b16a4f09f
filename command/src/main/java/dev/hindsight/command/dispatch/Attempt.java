package dev.hindsight.command.dispatch;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of a command through the bus, from dispatch to the end of its unit of work. Travels with the message and is
 * used by the one thread that runs it.
 */
final class Attempt {

    /** Key in the command message's metadata. */
    static final String KEY = "dev.hindsight.attempt";

    final Call call;
    final Runnable first;
    final Function<Object, Receipt> receiptOf;

    /** Set when the handler has succeeded or an earlier success was found. */
    @Nullable
    Receipt receipt;

    boolean replayed;

    /** Everything is written, only the commit is left. */
    boolean prepared;

    boolean committed;

    /** The unit of work's last append, null where nothing was appended. */
    @Nullable
    Long appendNumber;

    Attempt(Call call, Runnable first, Function<Object, Receipt> receiptOf) {
        this.call = call;
        this.first = first;
        this.receiptOf = receiptOf;
    }

    /** Of one that succeeded. */
    Receipt receipt() {
        return Objects.requireNonNull(receipt, "it succeeded");
    }
}
