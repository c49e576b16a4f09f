package dev.hindsight.projections.ledger;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** What a thread of its own does from start to stop. */
abstract class OwnThread implements SmartLifecycle {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private volatile boolean running;
    private @Nullable Thread thread;

    /** @param name of the thread */
    OwnThread(String name) {
        this.name = name;
    }

    /** Ends soon after it is interrupted, and then {@link #isRunning} is false. */
    abstract void run();

    @Override
    public final void start() {
        running = true;
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    @Override
    public final void stop() {
        running = false;
        Thread own = thread;
        if (own != null) {
            own.interrupt();
            try {
                own.join(PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
    }

    @Override
    public final boolean isRunning() {
        return running;
    }
}
