package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the installation's ledger has signed so far. */
interface SignedCheckpoints {

    /** The newest whose size is not above this. */
    Optional<SignedNote> newest(long atMost) throws SQLException;

    /** The keys that signed; null while there are none. */
    @Nullable
    Keys keys() throws SQLException;

    /** @param rotations by which other keys took over from the first, in order */
    record Keys(VerifierKey first, List<String> rotations) {}
}
