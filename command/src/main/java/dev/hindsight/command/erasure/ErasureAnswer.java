package dev.hindsight.command.erasure;

import dev.hindsight.command.erasure.Erasures.State;
import dev.hindsight.command.erasure.LegalHolds.Hold;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An erasure and, once it is done, its receipt.
 *
 * @param id of the request: what is approved
 * @param waitsFor what has to happen first; empty where nothing is in the way
 * @param done place to what was done there; empty until the receipt is written
 * @param notPossible place to what could not be done there
 * @param fault what kept it from being finished when it was last tried: a class of fault
 */
record ErasureAnswer(
        UUID id,
        UUID person,
        State state,
        String reason,
        UUID askedBy,
        Instant askedAt,
        @Nullable UUID approvedBy,
        @Nullable Instant erasedAt,
        @Nullable Instant finishedAt,
        List<Obstacle> waitsFor,
        Map<String, String> done,
        Map<String, String> notPossible,
        @Nullable String fault) {

    /**
     * What an erasure waits for.
     *
     * @param kind APPROVAL, or what the hold is on: TICKET, PERSON, ORGANIZATION
     * @param id of the approval, or of what is held
     */
    record Obstacle(String kind, UUID id, Instant since, String reason) {
        static Obstacle of(Hold hold) {
            return new Obstacle(hold.kind().name(), hold.id(), hold.since(), hold.reason());
        }
    }
}
