package dev.hindsight.projections.readmodel.ledger;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.KeyRotation;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys that sign checkpoints. The wiring of keys provides it; private halves never leave the server. */
public interface LedgerKeys {

    /**
     * A key that was published.
     *
     * @param key its vkey
     * @param fromSize the smallest size that it signs
     * @param toSize the largest; null while it signs
     * @param rotation the note by which it took over, signed by the key before and by this one; null for the first
     */
    record Published(
            String key,
            Instant madeAt,
            long fromSize,
            @Nullable Long toSize,
            @Nullable String rotation) {}

    /**
     * A hand-over that does not stand in the log yet.
     *
     * @param number of the new key; the same one is recorded once
     */
    record Unrecorded(
            int number,
            Instant madeAt,
            KeyRotation rotation,
            SignedNote note,
            Envelope.Actor by,
            @Nullable String reason) {

        /** Names it among the events of operations. */
        public UUID id() {
            return UUID.nameUUIDFromBytes(rotation.text().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The name of the log in its checkpoints, and of its keys. */
    String origin();

    /** Every key, the oldest first; the first is made by the first call. */
    List<Published> published();

    /** The same as what verifies checkpoints. */
    KeyHistory history();

    /** The key that signs now. */
    SigningKey current();

    /**
     * Makes a new key that signs from now on. Whoever calls holds the lock under which checkpoints are made.
     *
     * @param size of the latest checkpoint, the old key's last
     */
    Published rotate(long size, Envelope.Actor by, @Nullable String reason);

    /** Hand-overs to be recorded, the oldest first. */
    List<Unrecorded> unrecorded();

    void recorded(int number);
}
