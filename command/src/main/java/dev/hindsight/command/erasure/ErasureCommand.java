package dev.hindsight.command.erasure;

import dev.hindsight.command.erasure.DataKeyErasure.Doubt;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What admins ask of people's, organizations' and old tickets' data. Every command answers a {@code Receipt}. */
public sealed interface ErasureCommand {

    /**
     * Asks that a person be forgotten, and does it where nothing is to be waited for.
     *
     * @param erasureId a new one, used where nobody has asked before
     * @param approvalNeeded whether a second person has to agree
     * @param doubts tickets whose events say whether they are this person's
     */
    record RequestErasure(
            UUID personId,
            UUID erasureId,
            UUID by,
            String reason,
            boolean approvalNeeded,
            List<Doubt> doubts,
            Instant at)
            implements ErasureCommand {
        public RequestErasure {
            doubts = List.copyOf(doubts);
        }
    }

    /**
     * A second person's word.
     *
     * @param doubts tickets whose events say whether they are this person's
     */
    record DecideErasure(UUID personId, UUID erasureId, UUID by, boolean approve, List<Doubt> doubts, Instant at)
            implements ErasureCommand {
        public DecideErasure {
            doubts = List.copyOf(doubts);
        }
    }

    /**
     * A hold may have been released: what waited for it is done.
     *
     * @param doubts tickets whose events say whether they are this person's
     */
    record GoOnWithErasure(UUID personId, List<Doubt> doubts, Instant at) implements ErasureCommand {
        public GoOnWithErasure {
            doubts = List.copyOf(doubts);
        }
    }

    /** Everything has forgotten them: the receipt. */
    record FinishErasure(
            UUID personId, UUID erasureId, Map<String, String> done, Map<String, String> notPossible, Instant at)
            implements ErasureCommand {
        public FinishErasure {
            done = Map.copyOf(done);
            notPossible = Map.copyOf(notPossible);
        }
    }

    /** @param placed false to release */
    record HoldPerson(UUID personId, boolean placed, String reason, Instant at) implements ErasureCommand {}

    /** @param placed false to release */
    record HoldOrganization(UUID organizationId, boolean placed, String reason, Instant at) implements ErasureCommand {}

    /**
     * Asks that what retention rules say is due be erased now.
     *
     * @param runId a new one, used where no pass is under way
     */
    record RunRetention(UUID runId, UUID by) implements ErasureCommand {}
}
