package dev.hindsight.command.ticket;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a command left behind.
 *
 * @param ticketId the ticket that holds it: the follow-up where a late reply opened one
 * @param number its number for people
 * @param version its version now, from 1; unchanged where what was asked for already was
 * @param messageId the message that the command added
 * @param followUpOf the final ticket whose late reply opened this one
 */
public record TicketResult(
        UUID ticketId,
        long number,
        long version,
        @Nullable UUID messageId,
        @Nullable UUID followUpOf) {}
