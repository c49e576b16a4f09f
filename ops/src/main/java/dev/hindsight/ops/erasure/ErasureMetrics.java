package dev.hindsight.ops.erasure;

import dev.hindsight.command.erasure.Erasures;
import dev.hindsight.command.erasure.Erasures.Row;
import dev.hindsight.command.erasure.Erasures.State;
import dev.hindsight.ops.watch.Sampled;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How many erasures are not done, by what they wait for. The same on every node. */
final class ErasureMetrics implements MeterBinder {

    private static final Duration ASKED_EVERY = Duration.ofSeconds(5);
    private static final State[] OPEN = {State.WAITING_FOR_APPROVAL, State.WAITING, State.ERASING};

    private final Sampled<List<Row>> open;

    ErasureMetrics(Erasures erasures) {
        this.open = new Sampled<>("the erasures", ASKED_EVERY, () -> erasures.in(OPEN));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (State state : OPEN) {
            Gauge.builder("hindsight.erasures.open", open, all -> count(all.get(), state))
                    .description("Erasures of people that are not done")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private static double count(@Nullable List<Row> all, State state) {
        return all == null
                ? Double.NaN
                : all.stream().filter(row -> row.state() == state).count();
    }
}
