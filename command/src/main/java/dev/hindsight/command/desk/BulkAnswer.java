package dev.hindsight.command.desk;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of each ticket of a bulk call.
 *
 * @param correlationId shared by everything that the call set off
 * @param position of the last event that it appended, or met; null where nothing succeeded or sequencing stalls
 * @param items in the order of the ids, or of the list that the filter describes
 */
record BulkAnswer(
        String correlationId,
        int succeeded,
        int failed,
        @Nullable Long position,
        List<Item> items) {

    /**
     * @param id the ticket's; as it was given where it is none
     * @param status as a call for this ticket alone would have it
     * @param version null where it failed, as number and position are
     * @param messageId of replies and notes
     * @param followUpOf where a late reply opened a follow-up, which id and number then name
     * @param code name of the problem, null where it succeeded
     * @param problem what a call for this ticket alone would have answered; null where it succeeded
     */
    record Item(
            String id,
            @Nullable String number,
            int status,
            @Nullable Long version,
            @Nullable Long position,
            @Nullable UUID messageId,
            @Nullable UUID followUpOf,
            @Nullable String code,
            @Nullable Object problem) {}
}
