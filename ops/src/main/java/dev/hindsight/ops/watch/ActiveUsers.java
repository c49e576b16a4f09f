package dev.hindsight.ops.watch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.UUID;

/** How many people this node has served in the last five minutes: {@code active.users}. Safe for concurrent use. */
public final class ActiveUsers implements MeterBinder {

    private static final Duration ACTIVE = Duration.ofMinutes(5);
    private static final int MOST = 100_000;

    private final Cache<UUID, Boolean> seen =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(ACTIVE).build();

    /** Called at every request of theirs. */
    public void seen(UUID person) {
        seen.put(person, Boolean.TRUE);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("active.users", seen, people -> {
                    people.cleanUp();
                    return people.estimatedSize();
                })
                .description("People whose requests this node accepted within five minutes")
                .register(registry);
    }
}
