package dev.hindsight.command.dispatch;

import org.springframework.scheduling.annotation.Scheduled;

/** Forgets idempotency keys after their 24 hours. Several nodes may do it at once. */
public final class IdempotencyCleaner {

    private static final int BATCH = 5_000;

    private final Remembered remembered;

    public IdempotencyCleaner(Remembered remembered) {
        this.remembered = remembered;
    }

    @Scheduled(initialDelayString = "PT1M", fixedDelayString = "PT5M")
    public void clean() {
        int forgotten;
        do {
            forgotten = remembered.forgetExpired(BATCH);
        } while (forgotten == BATCH);
    }
}
