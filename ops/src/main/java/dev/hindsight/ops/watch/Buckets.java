package dev.hindsight.ops.watch;

import java.time.Duration;

/** Upper bounds of latency histograms: few, and with the promised ones among them, so that they can be read exactly. */
public final class Buckets {

    private static final Duration[] WORK = {
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private Buckets() {}

    /** Of work on the log: a new array each time. */
    public static Duration[] work() {
        return WORK.clone();
    }
}
