package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One stream on its way from its first event on, as naively as can be: one event after the other. For one thread.
 *
 * @param <R> the rows of one stream
 */
final class Folding<R> {

    private final StreamFold<R> fold;
    private final Set<Long> skipped;
    private final R rows;
    private @Nullable Failure failure;

    /** An event that does not fit, and what was said of it. */
    record Failure(long position, Throwable cause) {}

    /** @param skipped positions that are left out */
    Folding(StreamFold<R> fold, String stream, Set<Long> skipped) {
        this.fold = fold;
        this.skipped = skipped;
        this.rows = fold.begin(stream);
    }

    /**
     * Adds the stream's next event; after a failure nothing more is added.
     *
     * @return whether it fitted
     * @throws UnknownEvent when newer software wrote it
     * @throws RuntimeException when the infrastructure fails
     */
    boolean add(LoggedEvent event) {
        if (failure != null) {
            return false;
        }
        try {
            if (skipped.contains(event.position())) {
                fold.leaveOut(rows, event.version(), event.position());
            } else {
                fold.apply(rows, event);
            }
            return true;
        } catch (UnknownEvent e) {
            throw e;
        } catch (RuntimeException e) {
            if (Faults.ofInfrastructure(e)) {
                throw e;
            }
            failure = new Failure(event.position(), e);
            return false;
        }
    }

    /** The same for an event that is not decoded yet; one that can't be is one that does not fit. */
    void addStored(Stored event) {
        if (failure == null) {
            LoggedEvent decoded;
            try {
                decoded = event.decoded();
            } catch (UnknownEvent e) {
                throw e;
            } catch (RuntimeException e) {
                if (Faults.ofInfrastructure(e)) {
                    throw e;
                }
                failure = new Failure(event.position(), e);
                return;
            }
            add(decoded);
        }
    }

    R rows() {
        return rows;
    }

    /** Why it ended, null where all events that came are in the rows. */
    @Nullable
    Failure failure() {
        return failure;
    }
}
