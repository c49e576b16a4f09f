package dev.hindsight.command.ticket;

import dev.hindsight.domain.ticket.Status;
import java.util.List;
import java.util.UUID;

/**
 * What an import left in one ticket.
 *
 * @param version the ticket's version now, from 1
 * @param rows rows imported by this command
 * @param events events appended by this command
 * @param skipped rows passed over because they were imported before
 * @param irregular moves stored although live commands would refuse them
 */
public record ImportResult(
        UUID ticketId, long version, int rows, int events, int skipped, List<IrregularMove> irregular) {

    public record IrregularMove(long line, Status from, Status to) {}
}
