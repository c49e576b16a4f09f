package dev.hindsight.command.desk;

import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.domain.ticket.Reversal.NotUndone;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a revert answers.
 *
 * @param position null if sequencing stalls
 * @param restored fields that are as they were; empty where all was so already
 * @param notUndone events since then that stay done, in order
 */
record RevertAnswer(
        UUID id,
        String number,
        long version,
        @Nullable Long position,
        List<String> restored,
        List<NotUndone> notUndone) {

    static RevertAnswer of(Answer answer, List<String> restored, List<NotUndone> notUndone) {
        var receipt = answer.receipt();
        return new RevertAnswer(
                UUID.fromString(receipt.id()),
                "HD-" + receipt.number(),
                receipt.version(),
                answer.position(),
                restored,
                notUndone);
    }
}
