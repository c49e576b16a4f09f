package dev.hindsight.projections.readmodel;

import java.util.UUID;

/**
 * Which log positions belong to: the same position of another log, or of this one before it was restored, is another
 * event.
 *
 * @param epoch from 1; a restore begins the next one
 */
public record LogEpoch(UUID logId, int epoch) {

    /** A position as it is told to those who come back with it: {@code <logId>:<epoch>:<position>}. */
    public String at(long position) {
        return logId + ":" + epoch + ":" + position;
    }
}
