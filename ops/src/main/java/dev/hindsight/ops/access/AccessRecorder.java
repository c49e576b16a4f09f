package dev.hindsight.ops.access;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.operations.OperationsEvent.Access;
import dev.hindsight.domain.operations.OperationsEvent.AccessRecorded;
import dev.hindsight.projections.rebuild.OperationsRecord;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes what was accessed and appends it to the log, in batches of about a second, apart from the tickets' streams. No
 * answer waits for it: a crash of the process loses what it noted in its last second. While the log takes nothing, so
 * many are kept; what is beyond is counted, and the next batch says how many. Safe for concurrent use.
 */
final class AccessRecorder implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(AccessRecorder.class);
    private static final int MOST_WAITING = 100_000;
    private static final int MOST_IN_BATCH = 500;
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Envelope.Actor SYSTEM = new Envelope.Actor(ActorKind.SYSTEM, null, List.of());

    private final OperationsRecord record;
    private final BlockingQueue<Access> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean running;
    private @Nullable Thread thread;

    AccessRecorder(OperationsRecord record, MeterRegistry meters) {
        this.record = record;
        Gauge.builder("hindsight.access.records.waiting", waiting, BlockingQueue::size)
                .description("Access records that are not in the log yet")
                .register(meters);
    }

    /** Never waits. */
    void note(Access access) {
        if (!waiting.offer(access)) {
            lost.incrementAndGet();
        }
    }

    private void run() {
        try {
            while (running) {
                Access first = waiting.take();
                Thread.sleep(PACE); // so that many make one batch
                recordAll(first);
            }
        } catch (InterruptedException e) {
            LOG.debug("Access records: the end", e);
        }
    }

    private void recordAll(@Nullable Access first) throws InterruptedException {
        List<Access> some = new ArrayList<>();
        if (first != null) {
            some.add(first);
        }
        do {
            waiting.drainTo(some, MOST_IN_BATCH - some.size());
            if (!some.isEmpty()) {
                append(some);
            }
            some = new ArrayList<>();
        } while (!waiting.isEmpty());
    }

    /** Again and again under the same id until the log has taken it. */
    private void append(List<Access> accesses) throws InterruptedException {
        UUID id = UuidCreator.getTimeOrderedEpoch();
        long missing = lost.getAndSet(0);
        AccessRecorded batch =
                new AccessRecorded(id, Instant.now().truncatedTo(ChronoUnit.MICROS), merged(accesses), missing);
        while (true) {
            try {
                record.append(id, "access", SYSTEM, batch);
                return;
            } catch (RuntimeException e) {
                if (!running) {
                    LOG.warn(
                            "{} access records are lost: the log did not take them before the end", accesses.size(), e);
                    return;
                }
                LOG.debug("Access records wait for the log", e);
                Thread.sleep(PACE);
            }
        }
    }

    /** Equal ones once, the first moment kept. */
    private static List<Access> merged(List<Access> accesses) {
        Map<List<@Nullable Object>, Access> merged = new LinkedHashMap<>();
        for (Access access : accesses) {
            List<@Nullable Object> same = new ArrayList<>();
            same.add(access.person());
            same.add(access.client());
            same.add(access.call());
            same.add(access.status());
            same.add(access.ticket());
            same.add(access.version());
            same.add(access.subject());
            merged.merge(same, access, AccessRecorder::again);
        }
        return List.copyOf(merged.values());
    }

    private static Access again(Access first, Access next) {
        return new Access(
                first.at(),
                first.person(),
                first.client(),
                first.call(),
                first.status(),
                first.ticket(),
                first.version(),
                first.subject(),
                first.requestId(),
                first.times() + next.times());
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("access-records").daemon().start(this::run);
    }

    /** What waits is still written, once. */
    @Override
    public void stop() {
        running = false;
        Thread own = thread;
        if (own == null) {
            return;
        }
        own.interrupt();
        try {
            own.join(PATIENCE);
            thread = null;
            recordAll(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Ends before what appends ends, and after the last request. */
    @Override
    public int getPhase() {
        return 1;
    }
}
