package dev.hindsight.ops.watch;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is asked for at most once in a while, however many gauges and scrapers read it. Safe for concurrent use:
 * while one thread asks, others wait for its answer.
 */
public final class Sampled<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Sampled.class);

    private final String name;
    private final long keptNanos;
    private final Supplier<T> question;
    private @Nullable T value;
    private long askedAt;
    private boolean asked;
    private boolean failing;

    /**
     * @param name what log lines call it
     * @param kept for how long an answer, or that there was none, is good
     */
    public Sampled(String name, Duration kept, Supplier<T> question) {
        this.name = name;
        this.keptNanos = kept.toNanos();
        this.question = question;
    }

    /** @return null while it cannot be told: gauges show NaN then, and the log says why once */
    public synchronized @Nullable T get() {
        long now = System.nanoTime();
        if (!asked || now - askedAt > keptNanos) {
            asked = true;
            try {
                value = question.get();
                failing = false;
            } catch (RuntimeException e) {
                value = null;
                if (!failing) {
                    LOG.warn("The metrics of {} have no values until this is over: {}", name, e.toString());
                }
                failing = true;
            }
            askedAt = System.nanoTime();
        }
        return value;
    }
}
