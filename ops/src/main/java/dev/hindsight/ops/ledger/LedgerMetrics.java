package dev.hindsight.ops.ledger;

import dev.hindsight.ops.watch.Sampled;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/** The ledger in numbers, asked of the database every two seconds at most; the same on every node. */
final class LedgerMetrics implements MeterBinder {

    private static final Duration ASKED_EVERY = Duration.ofSeconds(2);

    private final Sampled<LedgerStatus.Now> now;

    LedgerMetrics(LedgerStatus status) {
        this.now = new Sampled<>("the ledger", ASKED_EVERY, status::read);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "sealed", "Events in the tree", LedgerStatus.Now::sealed);
        gauge(registry, "lag.events", "Events of the log that are not in the tree yet", LedgerStatus.Now::lag);
        gauge(registry, "checkpoint", "Events that the newest checkpoint covers", LedgerStatus.Now::checkpoint);
        gauge(
                registry,
                "unsigned.seconds",
                "Since the newest checkpoint was made while events wait for the next; else 0",
                LedgerStatus.Now::unsignedSeconds);
        gauge(
                registry,
                "check.age.seconds",
                "Since the last whole check ended; not a number before the first",
                LedgerStatus.Now::checkAgeSeconds);
        gauge(
                registry,
                "differs",
                "1 where the last whole check found a difference, or the ledger does not go on from what was signed",
                ledger -> ledger.differs() || ledger.contradicted() ? 1 : 0);
        gauge(
                registry,
                "outside.missing.events",
                "Signed events whose checkpoint some place outside does not have",
                LedgerStatus.Now::missing);
        gauge(
                registry,
                "outside.failing.seconds",
                "Since when some place outside takes no checkpoints; 0 while all do",
                LedgerStatus.Now::failingSeconds);
    }

    private void gauge(
            MeterRegistry registry, String name, String description, ToDoubleFunction<LedgerStatus.Now> value) {
        Gauge.builder("hindsight.ledger." + name, now, sampled -> of(sampled, value))
                .description(description)
                .register(registry);
    }

    private static double of(Sampled<LedgerStatus.Now> sampled, ToDoubleFunction<LedgerStatus.Now> value) {
        LedgerStatus.Now ledger = sampled.get();
        return ledger == null ? Double.NaN : value.applyAsDouble(ledger);
    }
}
