package dev.hindsight.ops.codec;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketAssigned;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.WorkStarted;
import dev.hindsight.ops.codec.keys.FixedKeys;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.axonframework.messaging.MetaData;

/**
 * Processor time per event of one thread with all keys in memory: the best of several rounds. Run its main method by
 * hand; even processor time depends on what else the machine does.
 */
final class CodecBenchmark {

    private static final int ROUNDS = 8;
    private static final long ROUND_NANOS = 400_000_000L;
    private static volatile Object sink = "";

    private CodecBenchmark() {}

    public static void main(String[] arguments) {
        EventCodec codec = new EventCodec(EventNames.current(), new FixedKeys());
        for (Class<?> type :
                List.of(WorkStarted.class, TicketAssigned.class, InternalNoteAdded.class, TicketOpened.class)) {
            Event event = GoldenEvents.all().stream()
                    .filter(type::isInstance)
                    .findFirst()
                    .orElseThrow();
            StoredEvent stored = codec.encode(event);
            String name = stored.name();
            byte[] payload = stored.payload();
            System.out.printf(Locale.ROOT, "%s, %d bytes%n", name, payload.length);
            measure("encode", () -> codec.encode(event));
            measure("decode", () -> codec.decode(name, "1", payload));
            measure("decode without personal", () -> codec.decodeWithoutPersonal(name, "1", payload));
        }
        MetadataCodec metadata = new MetadataCodec();
        MetaData envelope = MetaData.with(
                Envelope.KEY,
                new Envelope(
                        new Envelope.Actor(ActorKind.AGENT, new UUID(1, 2), List.of("agent")),
                        "front-end",
                        null,
                        "0193a000-0000-7000-8000-00000000b001",
                        "0193a000-0000-7000-8000-00000000b001",
                        "0193a000-0000-7000-8000-00000000b001",
                        "0193a000-0000-7000-8000-00000000b001",
                        "API",
                        null,
                        Envelope.TENANT,
                        "0.1.0",
                        null));
        byte[] stored = metadata.encode(envelope);
        System.out.printf(Locale.ROOT, "envelope, %d bytes%n", stored.length);
        measure("encode", () -> metadata.encode(envelope));
        measure("decode", () -> metadata.decode(stored));
        System.out.println("last result: " + sink.getClass().getSimpleName());
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void measure(String what, Supplier<Object> work) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            long count = 0;
            while (cpuNanos() - start < ROUND_NANOS) {
                for (int i = 0; i < 1000; i++) {
                    sink = work.get();
                }
                count += 1000;
            }
            best = Math.min(best, (double) (cpuNanos() - start) / count);
        }
        System.out.printf(Locale.ROOT, "  %-24s %7.0f ns%n", what, best);
    }
}
