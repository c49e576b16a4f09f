package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.jdbc.JdbcUtils;
import org.axonframework.common.jdbc.PersistenceExceptionResolver;
import org.axonframework.eventhandling.DomainEventData;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.BatchingEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.eventsourcing.snapshotting.SnapshotFilter;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Axon's view of the log. Appends run on the caller's connection, hence in its transaction; a conflict on (stream,
 * version) or on the event's identifier becomes Axon's {@code ConcurrencyException} (for the first event of a stream
 * {@code AggregateStreamCreationException}). Reading a stream sees events that have no position yet; reading by token
 * sees only sequenced events, and never waits.
 *
 * <p>Tokens are {@link GlobalSequenceTrackingToken}s holding a position. Snapshots are off unless switched on: then
 * loading an aggregate costs a second round trip. Safe for use by many threads.
 */
public class PostgresEventStorageEngine extends BatchingEventStorageEngine implements PositionAwaiter.Lookup {

    private final ConnectionProvider connections;
    private final AppendObserver observer;
    private final boolean snapshots;

    protected PostgresEventStorageEngine(Builder builder) {
        super(builder);
        this.connections = builder.connectionProvider();
        this.observer = builder.observer;
        this.snapshots = builder.snapshots;
    }

    /** Starts with a batch size of 100, no snapshots, and conflicts told by SQLState 23505. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
        if (events.isEmpty()) {
            return;
        }
        long begin = System.nanoTime();
        long number = -1;
        Connection connection = connection();
        try {
            number = AppendStatement.execute(connection, events, serializer);
        } catch (SQLException failure) {
            handlePersistenceException(failure, culprit(events, failure));
        } finally {
            JdbcUtils.closeQuietly(connection);
        }
        observer.appended(number, events.size(), System.nanoTime() - begin);
    }

    /** PostgreSQL names the key that existed, as "(stream, version)=(t-1, 4)"; without that it is the first event. */
    private static EventMessage<?> culprit(List<? extends EventMessage<?>> events, SQLException failure) {
        @Nullable
        ServerErrorMessage message =
                failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        @Nullable String detail = message == null ? null : message.getDetail();
        if (detail != null) {
            for (EventMessage<?> event : events) {
                if (event instanceof DomainEventMessage<?> inStream
                        && detail.contains("=(" + inStream.getAggregateIdentifier() + ", "
                                + (inStream.getSequenceNumber() + 1) + ")")) {
                    return event;
                }
            }
        }
        return events.get(0);
    }

    @Override
    protected List<? extends DomainEventData<?>> fetchDomainEvents(
            String aggregateIdentifier, long firstSequenceNumber, int batchSize) {
        return query(LogQueries.STREAM, LogQueries::streamEvent, statement -> {
                    statement.setString(1, aggregateIdentifier);
                    statement.setLong(2, firstSequenceNumber + 1);
                    statement.setInt(3, batchSize);
                })
                .stream()
                .map(StoredEventData::ofStream)
                .toList();
    }

    @Override
    protected List<? extends TrackedEventData<?>> fetchTrackedEvents(@Nullable TrackingToken lastToken, int batchSize) {
        return after(Positions.of(lastToken), batchSize).stream()
                .map(StoredEventData::tracked)
                .toList();
    }

    /** The events after the position, in order, at most so many. */
    List<StoredEvent> after(long position, int count) {
        return query(
                LogQueries.AFTER,
                LogQueries::trackedEvent,
                statement -> LogQueries.bindAfter(statement, position, count));
    }

    @Override
    public Optional<Long> lastSequenceNumberFor(String aggregateIdentifier) {
        return query(
                        LogQueries.LAST_VERSION,
                        row -> row.getLong(1) - 1,
                        statement -> statement.setString(1, aggregateIdentifier))
                .stream()
                .findFirst();
    }

    @Override
    public TrackingToken createTailToken() {
        return new GlobalSequenceTrackingToken(0);
    }

    @Override
    public TrackingToken createHeadToken() {
        return new GlobalSequenceTrackingToken(head());
    }

    /** The highest position given so far; 0 while the log is empty. */
    public long head() {
        return query(LogQueries.HEAD, row -> row.getLong(1), statement -> {}).stream()
                .findFirst()
                .orElse(0L);
    }

    /** Just before the first event, in the log's order, that occurred at or after the moment; else the head. */
    @Override
    public TrackingToken createTokenAt(Instant dateTime) {
        return new GlobalSequenceTrackingToken(query(
                        LogQueries.BEFORE_OCCURRED_AT,
                        row -> row.getLong(1),
                        statement -> statement.setObject(1, dateTime.atOffset(ZoneOffset.UTC)))
                .stream()
                .findFirst()
                .orElseGet(this::head));
    }

    /** The position of the append call's last event; empty where it has none yet. */
    @Override
    public OptionalLong byAppendNumber(long appendNumber) {
        return query(
                        LogQueries.PLACEMENTS_OF,
                        row -> LogQueries.placement(row, 1),
                        statement -> statement.setObject(1, new long[] {appendNumber}))
                .stream()
                .mapToLong(placement -> placement.lastPositionOf(appendNumber))
                .findFirst();
    }

    /** The position of the event with this version in the stream; empty where it has none yet or does not exist. */
    @Override
    public OptionalLong byVersion(String stream, long version) {
        return query(LogQueries.POSITION_OF_VERSION, row -> row.getLong(1), statement -> {
                    statement.setString(1, stream);
                    statement.setLong(2, version);
                })
                .stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    @Override
    protected void storeSnapshot(DomainEventMessage<?> snapshot, Serializer serializer) {
        if (!snapshots) {
            throw new UnsupportedOperationException("Snapshots are switched off for this event store.");
        }
        Connection connection = connection();
        try {
            SnapshotStatements.store(connection, snapshot, serializer);
        } catch (SQLException failure) {
            throw new EventStoreException(
                    "The snapshot of " + snapshot.getAggregateIdentifier() + " could not be stored.", failure);
        } finally {
            JdbcUtils.closeQuietly(connection);
        }
    }

    @Override
    protected Stream<? extends DomainEventData<?>> readSnapshotData(String aggregateIdentifier) {
        return snapshots
                ? query(
                                SnapshotStatements.READ,
                                LogQueries::streamEvent,
                                statement -> statement.setString(1, aggregateIdentifier))
                        .stream()
                        .map(StoredEventData::ofStream)
                : Stream.empty();
    }

    private <T> List<T> query(String sql, LogQueries.RowReader<T> reader, LogQueries.Binder binder) {
        Connection connection = connection();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(statement);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> result = new ArrayList<>();
                while (rows.next()) {
                    result.add(reader.read(rows));
                }
                return result;
            }
        } catch (SQLException failure) {
            throw new EventStoreException("The event store could not be read.", failure);
        } finally {
            JdbcUtils.closeQuietly(connection);
        }
    }

    private Connection connection() {
        try {
            return connections.getConnection();
        } catch (SQLException failure) {
            throw new EventStoreException("No connection to the event store.", failure);
        }
    }

    /** Hears of every append before its transaction commits, on the appending thread. */
    interface AppendObserver {

        /**
         * @param number the append call's number
         * @param events how many events it stored
         * @param nanos how long the statement took
         */
        void appended(long number, int events, long nanos);
    }

    /** Builds the engine; serializers and the connection provider are required. */
    public static class Builder extends BatchingEventStorageEngine.Builder {

        private @Nullable ConnectionProvider connectionProvider;
        private AppendObserver observer = (number, events, nanos) -> {};
        private boolean snapshots;

        protected Builder() {
            persistenceExceptionResolver(PostgresEventStorageEngine::isUniqueViolation);
        }

        /** Where connections come from; must give the current transaction's connection where there is one. */
        public Builder connectionProvider(ConnectionProvider provider) {
            this.connectionProvider = provider;
            return this;
        }

        Builder observer(AppendObserver appendObserver) {
            this.observer = appendObserver;
            return this;
        }

        /** Whether snapshots are stored and looked up. */
        public Builder snapshots(boolean enabled) {
            this.snapshots = enabled;
            return this;
        }

        @Override
        public Builder eventSerializer(Serializer eventSerializer) {
            super.eventSerializer(eventSerializer);
            return this;
        }

        @Override
        public Builder snapshotSerializer(Serializer snapshotSerializer) {
            super.snapshotSerializer(snapshotSerializer);
            return this;
        }

        @Override
        public Builder upcasterChain(EventUpcaster upcasterChain) {
            super.upcasterChain(upcasterChain);
            return this;
        }

        @Override
        public Builder persistenceExceptionResolver(PersistenceExceptionResolver resolver) {
            super.persistenceExceptionResolver(resolver);
            return this;
        }

        @Override
        public Builder snapshotFilter(SnapshotFilter snapshotFilter) {
            super.snapshotFilter(snapshotFilter);
            return this;
        }

        @Override
        public Builder finalAggregateBatchPredicate(Predicate<List<? extends DomainEventData<?>>> predicate) {
            super.finalAggregateBatchPredicate(predicate);
            return this;
        }

        @Override
        public Builder batchSize(int batchSize) {
            super.batchSize(batchSize);
            return this;
        }

        private ConnectionProvider connectionProvider() {
            return Objects.requireNonNull(connectionProvider, "The engine needs a connection provider.");
        }

        public PostgresEventStorageEngine build() {
            return new PostgresEventStorageEngine(this);
        }
    }

    private static boolean isUniqueViolation(@Nullable Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && "23505".equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
