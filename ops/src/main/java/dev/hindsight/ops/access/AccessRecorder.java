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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
    private static final Duration SELDOM = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Envelope.Actor SYSTEM = new Envelope.Actor(ActorKind.SYSTEM, null, List.of());

    private final OperationsRecord record;
    private final BlockingQueue<Access> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable Thread thread;
    private @Nullable CountDownLatch ending;
    /** Of calls without a person; only the thread that records touches them. */
    private List<Access> nameless = new ArrayList<>();

    private long namelessSince = System.nanoTime();

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

    private void run(CountDownLatch end) {
        try {
            for (boolean over = false; !over; ) {
                over = end.await(PACE.toMillis(), TimeUnit.MILLISECONDS);
                recordAll(end, over);
            }
        } catch (InterruptedException e) {
            LOG.warn("{} access records are lost: their thread was interrupted", waiting.size(), e);
        }
    }

    private void recordAll(CountDownLatch end, boolean over) throws InterruptedException {
        List<Access> some = new ArrayList<>();
        while (waiting.drainTo(some, MOST_IN_BATCH) > 0) {
            some.stream().filter(access -> access.person() == null).forEach(nameless::add);
            List<Access> known =
                    some.stream().filter(access -> access.person() != null).toList();
            if (!known.isEmpty()) {
                append(known, end);
            }
            some.clear();
            // Who has no token must not make the log grow: so merged, and seldom.
            nameless = new ArrayList<>(merged(nameless));
        }
        if (!nameless.isEmpty() && (over || System.nanoTime() - namelessSince >= SELDOM.toNanos())) {
            append(nameless, end);
            nameless = new ArrayList<>();
            namelessSince = System.nanoTime();
        }
    }

    /** Again and again under the same id until the log has taken it, or the end has come. */
    private void append(List<Access> accesses, CountDownLatch end) throws InterruptedException {
        UUID id = UuidCreator.getTimeOrderedEpoch();
        long missing = lost.getAndSet(0);
        AccessRecorded batch =
                new AccessRecorded(id, Instant.now().truncatedTo(ChronoUnit.MICROS), merged(accesses), missing);
        while (true) {
            try {
                record.append(id, "access", SYSTEM, batch);
                return;
            } catch (RuntimeException e) {
                if (end.await(PACE.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.warn(
                            "{} access records are lost: the log did not take them before the end", accesses.size(), e);
                    return;
                }
                LOG.debug("Access records wait for the log", e);
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
        CountDownLatch end = new CountDownLatch(1);
        ending = end;
        Thread own = Thread.ofPlatform().name("access-records").daemon().unstarted(() -> run(end));
        thread = own;
        own.start();
    }

    /** What waits is still written, once. */
    @Override
    public void stop() {
        CountDownLatch end = ending;
        Thread own = thread;
        if (end == null || own == null) {
            return;
        }
        end.countDown();
        try {
            own.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread = null;
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Ends before what appends ends, and after the last request. */
    @Override
    public int getPhase() {
        return 1;
    }
}
