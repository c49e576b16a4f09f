package dev.hindsight.projections.readmodel;

import dev.hindsight.domain.UnknownEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Large parts of the log, stream by stream, for rebuilds and verifications. The event store's wiring provides it. */
public interface BulkLog {

    /**
     * How many events these streams have, at most: those that have no position yet may be counted too, and those of
     * others where that can't be told.
     */
    long count(Collection<String> prefixes);

    /** Bytes of disk that a reading by stream may take at most while it sorts, roughly. */
    long sortBytes();

    /** Bytes that are free for it, where that is another disk than the read models'; empty where it is theirs. */
    default OptionalLong sortRoom() {
        return OptionalLong.empty();
    }

    /**
     * Every event of the streams whose names begin so, stream by stream in the order of bytes, each in order of version.
     *
     * @param afterStream the last stream not to read; null for all
     * @param upTo the last position to read
     */
    Reading byStream(Collection<String> prefixes, @Nullable String afterStream, long upTo);

    /**
     * The streams whose names begin so and that have events recorded in this time, in parts, each stream once.
     *
     * @param from the first moment
     * @param to the first moment after it
     */
    void recorded(Collection<String> prefixes, Instant from, Instant to, Consumer<List<String>> parts);

    /** The streams of the tickets that an event has ever put into this queue, in parts, each stream once. */
    void everIn(String queue, Consumer<List<String>> parts);

    /** Fetches at once what decoding these events will need; any thread. */
    void prepare(Collection<? extends Stored> events);

    /** Forgets what was fetched for decoding these events, which an event among them erased; any thread. */
    void prepareErased(List<? extends Stored> ofOneStream);

    /** For one thread. Holds a connection until it is closed, also after the last event. */
    interface Reading extends AutoCloseable {

        /**
         * The next events, never an empty list; null after the last.
         *
         * @throws RuntimeException when the store fails
         */
        @Nullable
        List<Stored> next() throws InterruptedException;

        /**
         * How many events it has in all of streams whose names begin so, where that is known now and was not when they
         * were counted.
         *
         * @param prefixes some of those that it was asked for
         */
        default OptionalLong total(Collection<String> prefixes) {
            return OptionalLong.empty();
        }

        @Override
        void close();
    }

    /** An event as it lies in the store. Immutable, so that it can be decoded on another thread. */
    interface Stored {

        String stream();

        long position();

        /** Bytes that it holds on to, roughly. */
        int bytes();

        /**
         * The event; what it holds is decoded when that is asked for.
         *
         * @throws UnknownEvent when newer software wrote it
         * @throws RuntimeException when it can't be read
         */
        LoggedEvent decoded();
    }
}
