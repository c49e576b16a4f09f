package dev.hindsight.projections.readmodel.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint as it was signed.
 *
 * @param size up to which position it reaches
 * @param madeAt by the database's clock
 * @param note the signed note, byte for byte as it was published
 * @param timestampToken an RFC 3161 token over the note's SHA-256, DER; null where none was attached
 * @param timestampAt the time that the token says; null where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoredCheckpoint(
        long size,
        Instant madeAt,
        String note,
        byte @Nullable [] timestampToken,
        @Nullable Instant timestampAt) {}
