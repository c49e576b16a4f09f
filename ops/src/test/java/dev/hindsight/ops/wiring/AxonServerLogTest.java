package dev.hindsight.ops.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.operations.OperationsEvent.LogInitialized;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.keys.FixedKeys;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An event store that counts from 0, as Axon Server does, seen as a log whose positions begin at 1. */
class AxonServerLogTest {

    private final EmbeddedEventStore server = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final AxonServerLog log = new AxonServerLog(server, new EventCodec(EventNames.current(), new FixedKeys()));

    @AfterEach
    void stop() {
        server.shutDown();
    }

    @Test
    void theFirstEventStandsAtPositionOneAndIsNotSkipped() throws InterruptedException {
        assertThat(log.head()).isZero();
        publish("a", 0);
        publish("b", 0);
        publish("a", 1);
        assertThat(log.head()).isEqualTo(3);
        assertThat(positionsFrom(0, 3)).containsExactly(1L, 2L, 3L);
        assertThat(positionsFrom(1, 2)).containsExactly(2L, 3L);
        assertThat(positionsFrom(2, 1)).containsExactly(3L);
        assertThat(log.createTailToken()).isEqualTo(new GlobalSequenceTrackingToken(0));
        assertThat(log.createHeadToken()).isEqualTo(new GlobalSequenceTrackingToken(3));
    }

    @Test
    void aStreamIsReadWithItsPositions() {
        publish("a", 0);
        publish("b", 0);
        publish("a", 1);
        try (var events = log.eventsOf("a")) {
            List<LoggedEvent> all = events.toList();
            assertThat(all).extracting(LoggedEvent::position).containsExactly(1L, 3L);
            assertThat(all).extracting(LoggedEvent::version).containsExactly(1L, 2L);
            assertThat(all.getFirst().event()).isInstanceOf(LogInitialized.class);
        }
        try (var none = log.eventsOf("c")) {
            assertThat(none).isEmpty();
        }
    }

    private List<Long> positionsFrom(long position, int count) throws InterruptedException {
        List<Long> positions = new ArrayList<>();
        try (BlockingStream<TrackedEventMessage<?>> events =
                log.openStream(new GlobalSequenceTrackingToken(position))) {
            for (int i = 0; i < count; i++) {
                assertThat(events.hasNextAvailable(5, TimeUnit.SECONDS)).isTrue();
                positions.add(events.nextAvailable().trackingToken().position().orElseThrow());
            }
            assertThat(events.hasNextAvailable(50, TimeUnit.MILLISECONDS)).isFalse();
        }
        return positions;
    }

    private void publish(String stream, long sequence) {
        Event event = new LogInitialized(UUID.randomUUID(), Instant.EPOCH, 1);
        String id = UUID.randomUUID().toString();
        Envelope envelope = new Envelope(
                new Envelope.Actor(ActorKind.SYSTEM, null, List.of()),
                null,
                null,
                id,
                id,
                id,
                null,
                "API",
                null,
                Envelope.TENANT,
                "test",
                null);
        server.publish(new GenericDomainEventMessage<>(
                "Test", stream, sequence, event, org.axonframework.messaging.MetaData.with(Envelope.KEY, envelope)));
    }
}
