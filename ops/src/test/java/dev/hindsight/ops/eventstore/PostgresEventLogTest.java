package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.command.AppendedPositions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.GenericMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresEventLogTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private PGSimpleDataSource dataSource;
    private HikariDataSource pool;
    private PostgresEventLog log;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeEach
    void start() throws SQLException {
        dataSource = TestDatabase.fresh();
        pool = TestDatabase.pool(dataSource, 4);
        log = log(pool::getConnection, meters);
        log.start();
    }

    @AfterEach
    void stop() {
        log.close();
        pool.close();
    }

    private PostgresEventLog log(ConnectionProvider connections, MeterRegistry registry) {
        return PostgresEventLog.builder()
                .sequencerDataSource(dataSource)
                .connectionProvider(connections)
                .serializer(TestLogs.serializer())
                .meters(registry)
                .build();
    }

    static DomainEventMessage<String> event(String stream, long sequence) {
        return new GenericDomainEventMessage<>("Test", stream, sequence, stream + " " + sequence);
    }

    @Test
    void aCommandLearnsThePositionOfItsLastEventAfterTheCommit() {
        UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(event("a", 0));
        log.engine().appendEvents(List.of(event("a", 0), event("a", 1)));
        unit.commit();

        Object number = unit.resources().get(AppendedPositions.LAST_APPEND);
        assertThat(number).isInstanceOf(Long.class);
        assertThat(log.positions().awaitPosition((Long) number, SECOND)).hasValue(2);
        assertThat(log.positions().awaitPosition((Long) number, SECOND))
                .as("asked again")
                .hasValue(2);
        assertThat(log.positions().positionOf("a", 0)).hasValue(1);
        assertThat(log.positions().positionOf("a", 2)).isEmpty();
    }

    @Test
    void aPositionThatDoesNotComeInTimeIsAnEmptyAnswerNotAnError() {
        log.close();
        UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(event("a", 0));
        log.engine().appendEvents(event("a", 0));
        unit.commit();

        long number = Objects.requireNonNull((Long) unit.resources().get(AppendedPositions.LAST_APPEND));
        assertThat(log.positions().awaitPosition(number, Duration.ofMillis(50))).isEqualTo(OptionalLong.empty());
        assertThat(log.engine().readEvents("a").asStream())
                .as("readable all the same")
                .hasSize(1);
    }

    @Test
    void theTailGivesEveryEventOnceInOrderWithItsPositionAndWhenItWasRecorded() throws Exception {
        Instant before = Instant.now().minusSeconds(5);
        try (var stream = log.tail().openStream(null)) {
            for (int i = 0; i < 2_000; i++) {
                log.engine().appendEvents(event("stream-" + i % 7, i / 7));
            }
            for (int i = 0; i < 2_000; i++) {
                TrackedEventMessage<?> message = stream.nextAvailable();
                assertThat(message.trackingToken()).isEqualTo(new GlobalSequenceTrackingToken(i + 1));
                assertThat(message.getPayload()).isEqualTo("stream-" + i % 7 + " " + i / 7);
                assertThat(Instant.parse((String) message.getMetaData().get(EventLogTail.RECORDED_AT)))
                        .isBetween(before, Instant.now().plusSeconds(5));
            }
            assertThat(stream.hasNextAvailable(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        try (var stream = log.tail().openStream(new GlobalSequenceTrackingToken(1_990))) {
            assertThat(stream.nextAvailable().getPayload()).isEqualTo("stream-" + 1_990 % 7 + " " + 1_990 / 7);
        }
    }

    @Test
    void aWaitingReaderIsCalledBackWhenAnEventHasItsPosition() throws Exception {
        try (var stream = log.tail().openStream(log.tail().createHeadToken())) {
            CountDownLatch called = new CountDownLatch(2); // once when it is set, once for the event
            assertThat(stream.setOnAvailableCallback(called::countDown)).isTrue();
            assertThat(stream.hasNextAvailable()).isFalse();

            log.engine().appendEvents(event("a", 0));

            assertThat(called.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(stream.hasNextAvailable()).isTrue();
        }
    }

    @Test
    void aTransactionsEventsStayTogetherAndAnEffectNeverPrecedesItsCause() throws Exception {
        try (Connection slow = dataSource.getConnection();
                var stream = log.tail().openStream(null)) {
            slow.setAutoCommit(false);
            var slowEngine =
                    log(() -> unclosable(slow), new SimpleMeterRegistry()).engine();
            slowEngine.appendEvents(event("slow", 0));
            // Many are placed meanwhile, so that the slow one's number lies far behind.
            for (int i = 0; i < 500; i++) {
                log.engine().appendEvents(event("quick", i));
            }
            for (int i = 0; i < 500; i++) {
                assertThat(stream.nextAvailable().getPayload()).isEqualTo("quick " + i);
            }
            slowEngine.appendEvents(event("slow", 1));
            slow.commit();
            log.engine().appendEvents(event("slow", 2));

            List<Object> late = new ArrayList<>();
            while (late.size() < 3) {
                late.add(stream.nextAvailable().getPayload());
            }
            assertThat(late).containsExactly("slow 0", "slow 1", "slow 2");
        }
    }

    @Test
    void whatIsRolledBackLeavesNoGap() throws Exception {
        try (Connection undone = dataSource.getConnection();
                var stream = log.tail().openStream(null)) {
            undone.setAutoCommit(false);
            var undoneEngine =
                    log(() -> unclosable(undone), new SimpleMeterRegistry()).engine();
            for (int i = 0; i < 20; i++) {
                undoneEngine.appendEvents(event("undone", i));
                undone.rollback();
                log.engine().appendEvents(event("done", i));
            }
            for (int i = 0; i < 20; i++) {
                TrackedEventMessage<?> message = stream.nextAvailable();
                assertThat(message.getPayload()).isEqualTo("done " + i);
                assertThat(message.trackingToken()).isEqualTo(new GlobalSequenceTrackingToken(i + 1));
            }
        }
    }

    @Test
    void aMomentIsFoundWhereverItLies() throws Exception {
        DataSource own = TestDatabase.fresh();
        var engine = TestLogs.Sequenced.of(TestLogs.Sequenced.builder(own), own);
        Instant first = Instant.parse("2026-03-03T14:30:00Z");
        SplittableRandom random = new SplittableRandom(11);
        List<Instant> moments = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            List<DomainEventMessage<String>> call = new ArrayList<>();
            for (int j = 0; j <= random.nextInt(3); j++) {
                Instant at = first.plusSeconds(i * 2 + random.nextInt(40));
                moments.add(at);
                call.add(new GenericDomainEventMessage<>("Test", "stream-" + i, j, new GenericMessage<>("x"), at));
            }
            engine.appendEvents(call);
        }
        for (int second = -1; second < 180; second++) {
            Instant moment = first.plusSeconds(second);
            long before = 0;
            while (before < moments.size() && moments.get((int) before).isBefore(moment)) {
                before++;
            }
            assertThat(engine.createTokenAt(moment)).isEqualTo(new GlobalSequenceTrackingToken(before));
        }
        StoredStreams streams = new StoredStreams(own);
        List<StoredEvent> stored = streams.after(0, moments.size());
        assertThat(stored).hasSameSizeAs(moments);
        for (StoredEvent event : stored) {
            Instant recorded = Objects.requireNonNull(event.recordedAt());
            for (Instant moment : List.of(recorded.minusNanos(1_000), recorded, recorded.plusNanos(1_000))) {
                assertThat(streams.recordedBy(moment))
                        .isEqualTo(stored.stream()
                                .filter(its -> !Objects.requireNonNull(its.recordedAt())
                                        .isAfter(moment))
                                .count());
            }
        }
        assertThat(streams.recordedBy(Instant.EPOCH)).isZero();
        assertThat(new StoredStreams(TestDatabase.fresh()).recordedBy(first)).isZero();
    }

    @Test
    void metersTellWhatWaitsAndWhoLeads() throws Exception {
        log.engine().appendEvents(event("a", 0), event("a", 1));
        try (var stream = log.tail().openStream(null)) {
            stream.nextAvailable();
        }
        assertThat(meters.get("hindsight.log.leader").gauge().value()).isEqualTo(1);
        assertThat(meters.get("hindsight.log.head.position").gauge().value()).isEqualTo(2);
        assertThat(meters.get("hindsight.log.append").timer().count()).isEqualTo(1);
        assertThat(meters.get("hindsight.log.appended.events").counter().count())
                .isEqualTo(2);
        assertThat(meters.get("hindsight.log.sequencing").functionTimer().count())
                .isEqualTo(1);
        // Sampled once a second: the sample may have met the events while they waited.
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (meters.get("hindsight.log.unsequenced.age").gauge().value() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(meters.get("hindsight.log.unsequenced.age").gauge().value()).isZero();
    }

    /** The engine returns connections when it is done; a test's own transaction goes on. */
    static Connection unclosable(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
