package dev.hindsight.command.dispatch;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a command left behind, as it is remembered for a repeated call.
 *
 * @param stream the stream that holds it, such as {@code ticket-<id>}
 * @param made whether something new exists (201), which a repeated call says again
 * @param number the ticket's number, null for everything else
 * @param version the stream's event count now, from 1; unchanged where what was asked for already was
 * @param messageId the message that the command added
 * @param followUpOf the final ticket whose late reply opened this one
 * @param opened whether the command gave the number to a new ticket
 */
public record Receipt(
        String stream,
        boolean made,
        @Nullable Long number,
        long version,
        @Nullable UUID messageId,
        @Nullable UUID followUpOf,
        boolean opened) {

    public static Receipt made(String stream, long version) {
        return new Receipt(stream, true, null, version, null, null, false);
    }

    public static Receipt written(String stream, long version) {
        return new Receipt(stream, false, null, version, null, null, false);
    }

    /** What follows the kind in the stream's name: a UUID or a key. */
    public String id() {
        return stream.substring(stream.indexOf('-') + 1);
    }
}
