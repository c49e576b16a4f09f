package dev.hindsight.projections.readmodel;

import java.time.Duration;
import java.util.List;

/** Follows the log's end without asking the database again and again. The event store's wiring provides it. */
@FunctionalInterface
public interface LogFollower {

    /** @param position the last position not to read */
    Following after(long position);

    /** One reader's place; for one thread at a time. */
    interface Following extends AutoCloseable {

        /**
         * The next events in order, each once; waits until there are any. What can't be decoded fails when the event is
         * asked for, not before.
         *
         * @param most how many at most
         * @return empty when there were none in this time
         * @throws InterruptedException when the thread is interrupted while waiting
         */
        List<LoggedEvent> next(int most, Duration atMost) throws InterruptedException;

        @Override
        void close();
    }
}
