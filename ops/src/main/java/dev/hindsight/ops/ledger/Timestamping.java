package dev.hindsight.ops.ledger;

import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Has the newest checkpoint time-stamped at a steady pace while there are new ones, from the node that seals. */
final class Timestamping implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Timestamping.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Checkpoints checkpoints;
    private final Sealer sealer;
    private final @Nullable TimestampAuthority authority;
    private final Duration every;
    private volatile boolean running;
    private volatile @Nullable String failure;
    private @Nullable Thread thread;

    /** @param authority null for none */
    Timestamping(Checkpoints checkpoints, Sealer sealer, @Nullable TimestampAuthority authority, Duration every) {
        this.checkpoints = checkpoints;
        this.sealer = sealer;
        this.authority = authority;
        this.every = every;
    }

    /** Why the authority gives no tokens; null while it does. */
    @Nullable
    String failure() {
        return failure;
    }

    private void run(TimestampAuthority asked) {
        long dueAt = System.nanoTime();
        while (running) {
            try {
                Thread.sleep(Duration.ofMillis(Math.min(LOOK.toMillis(), every.toMillis())));
                if (sealer.leading() && System.nanoTime() - dueAt >= 0) {
                    StoredCheckpoint latest = checkpoints.latest().orElse(null);
                    if (latest != null && latest.timestampToken() == null) {
                        TimestampToken token = asked.stamp(latest.note());
                        checkpoints.attach(latest.size(), token.der(), token.at());
                        dueAt = System.nanoTime() + every.toNanos();
                    }
                    failure = null;
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                if (failure == null) {
                    LOG.warn("Checkpoints get no time stamps: {}", e.getMessage());
                }
                failure = String.valueOf(e.getMessage());
                dueAt = System.nanoTime() + PAUSE.toNanos();
            }
        }
    }

    @Override
    public void start() {
        running = true;
        TimestampAuthority asked = authority;
        if (asked != null) {
            thread = Thread.ofPlatform().name("ledger-timestamps").daemon().start(() -> run(asked));
        }
    }

    @Override
    public void stop() {
        running = false;
        Thread stamping = thread;
        if (stamping != null) {
            stamping.interrupt();
            try {
                stamping.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
        if (authority != null) {
            authority.close();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
