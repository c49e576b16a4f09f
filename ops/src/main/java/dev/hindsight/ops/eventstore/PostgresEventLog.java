package dev.hindsight.ops.eventstore;

import dev.hindsight.command.AppendedPositions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.axonframework.serialization.upcasting.event.NoOpEventUpcaster;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The event store of one node, all parts together: the engine for Axon's event store, the sequencer, the tail for event
 * processors, the positions that commands wait for. Appending works before {@link #start()}; positions come after it.
 */
public final class PostgresEventLog implements AutoCloseable {

    private final PostgresEventStorageEngine engine;
    private final Sequencer sequencer;
    private final EventLogTail tail;
    private final PositionAwaiter positions;
    private final LogMetrics metrics;

    private PostgresEventLog(Builder builder) {
        DataSource dataSource =
                Objects.requireNonNull(builder.sequencerDataSource, "The sequencer needs a data source.");
        Serializer serializer = Objects.requireNonNull(builder.serializer, "The log needs an event serializer.");
        PostgresEventStorageEngine.Builder engineBuilder = PostgresEventStorageEngine.builder()
                .observer(this::appended)
                .snapshots(builder.snapshots)
                .eventSerializer(serializer)
                .snapshotSerializer(serializer)
                .upcasterChain(builder.upcasters);
        if (builder.connectionProvider != null) {
            engineBuilder.connectionProvider(builder.connectionProvider);
        }
        this.engine = engineBuilder.build();
        this.tail = new EventLogTail(
                engine::after,
                new EventLogTail.Tokens() {
                    @Override
                    public TrackingToken createTailToken() {
                        return engine.createTailToken();
                    }

                    @Override
                    public TrackingToken createHeadToken() {
                        return engine.createHeadToken();
                    }

                    @Override
                    public TrackingToken createTokenAt(Instant dateTime) {
                        return engine.createTokenAt(dateTime);
                    }
                },
                serializer,
                builder.upcasters,
                new TailBuffer(8_192, 16L << 20),
                512);
        this.sequencer = new Sequencer(dataSource, new Listener(), builder.timing);
        this.positions = new PositionAwaiter(engine, sequencer::hurry);
        this.metrics = new LogMetrics(dataSource, sequencer, tail);
        if (builder.meters != null) {
            metrics.bindTo(builder.meters);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Behind Axon's event store. */
    public PostgresEventStorageEngine engine() {
        return engine;
    }

    /** For event processors. */
    public EventLogTail tail() {
        return tail;
    }

    /** For commands that answer with a position. */
    public AppendedPositions positions() {
        return positions;
    }

    /** Says whether this node leads, follows or has lost its connection. */
    public Sequencer sequencer() {
        return sequencer;
    }

    /** Begins to sequence or to follow, in the background; needs the migrated schema. */
    public void start() {
        sequencer.start();
        metrics.start();
    }

    /** Gives up the lead and stops. Appending still works; another node or the next start gives the positions. */
    @Override
    public void close() {
        metrics.close();
        sequencer.close();
    }

    private void appended(long number, int events, long nanos) {
        metrics.appended(events, nanos);
        boolean inUnit = CurrentUnitOfWork.isStarted();
        if (inUnit) {
            positions.expect(CurrentUnitOfWork.get(), number);
        }
        if (TransactionSynchronizationManager.isSynchronizationActive()
                && TransactionSynchronizationManager.isActualTransactionActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    sequencer.signal();
                }
            });
        } else if (inUnit) {
            CurrentUnitOfWork.get().root().afterCommit(unit -> sequencer.signal());
        } else {
            sequencer.signal();
        }
    }

    private final class Listener implements SequencerListener {
        @Override
        public void placed(List<Placement> placements) {
            positions.placed(placements);
        }

        @Override
        public void headMoved(long head) {
            tail.headMoved(head);
        }

        @Override
        public boolean awaiting() {
            return positions.awaiting();
        }

        @Override
        public Collection<Long> awaited() {
            return positions.unplaced();
        }
    }

    /** Builds a log; the data source, the connection provider and the serializer are required. */
    public static final class Builder {

        private @Nullable DataSource sequencerDataSource;
        private @Nullable ConnectionProvider connectionProvider;
        private @Nullable Serializer serializer;
        private @Nullable MeterRegistry meters;
        private EventUpcaster upcasters = NoOpEventUpcaster.INSTANCE;
        private Sequencer.Timing timing = Sequencer.Timing.standard();
        private boolean snapshots;

        private Builder() {}

        /** Gives the sequencer and the metrics their own connections: no pool, no transaction pooler. */
        public Builder sequencerDataSource(DataSource dataSource) {
            this.sequencerDataSource = dataSource;
            return this;
        }

        /** Gives appends and reads their connections: the current transaction's where there is one. */
        public Builder connectionProvider(ConnectionProvider provider) {
            this.connectionProvider = provider;
            return this;
        }

        /** Writes and reads payload and metadata; its type names and revisions are stored. */
        public Builder serializer(Serializer eventSerializer) {
            this.serializer = eventSerializer;
            return this;
        }

        /** Brings stored events to their latest revision when they are read; none unless set. */
        public Builder upcasters(EventUpcaster chain) {
            this.upcasters = chain;
            return this;
        }

        /** Where the log's meters go; nowhere unless set. */
        public Builder meters(MeterRegistry registry) {
            this.meters = registry;
            return this;
        }

        /** Whether snapshots are stored and looked up; not unless set. */
        public Builder snapshots(boolean enabled) {
            this.snapshots = enabled;
            return this;
        }

        Builder timing(Sequencer.Timing sequencerTiming) {
            this.timing = sequencerTiming;
            return this;
        }

        public PostgresEventLog build() {
            return new PostgresEventLog(this);
        }
    }
}
