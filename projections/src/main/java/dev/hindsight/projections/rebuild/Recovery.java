package dev.hindsight.projections.rebuild;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the models {@code tickets} and {@code directory} were at a position, beside what answers, as operators see it.
 *
 * @param id of its job, too
 * @param name by which reads ask it
 * @param to the moment that was asked for: what had been recorded by then; null where a position was
 * @param position the last event that it includes
 * @param reason null where none was given
 * @param readyAt since when it may be asked; null before that
 * @param keptUntil when it is dropped by itself; null for never
 * @param rows in all its tables; null before it is ready
 * @param bytes on disk, with indexes; 0 where nothing is made yet or any more
 * @param job that fills it
 */
public record Recovery(
        UUID id,
        String name,
        State state,
        @Nullable Instant to,
        long position,
        @Nullable String reason,
        Instant createdAt,
        @Nullable Instant readyAt,
        @Nullable Instant keptUntil,
        @Nullable Long rows,
        long bytes,
        Job job) {

    /** How it fares. */
    public enum State {
        BUILDING,
        /** Its job is. */
        PAUSED,
        /** It may be asked. */
        READY,
        DROPPING,
        /** Told only to who repeats the order that made it. */
        DROPPED
    }
}
