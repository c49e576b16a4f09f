package dev.hindsight.command.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.Receipt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a write call on a ticket answers.
 *
 * @param position null if sequencing stalls
 * @param messageId of replies and notes
 * @param followUpOf where a late reply opened this ticket
 */
record TicketAnswer(
        UUID id,
        String number,
        long version,
        @Nullable Long position,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable UUID messageId,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable UUID followUpOf) {

    static TicketAnswer of(Answer answer) {
        Receipt receipt = answer.receipt();
        return new TicketAnswer(
                UUID.fromString(receipt.id()),
                "HD-" + receipt.number(),
                receipt.version(),
                answer.position(),
                receipt.messageId(),
                receipt.followUpOf());
    }
}
