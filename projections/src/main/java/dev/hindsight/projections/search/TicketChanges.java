package dev.hindsight.projections.search;

import java.util.List;

/** Where documents come from: the tickets that changed, as the read model "tickets" shows them. */
interface TicketChanges {

    /**
     * Tickets whose last change lies after a position, oldest change first, each once and as it is now.
     *
     * @param position everything up to here is known
     * @param limit at most so many documents
     */
    Slice after(long position, int limit);

    /**
     * @param upTo every change up to this position is in these documents or was known before; not smaller than what
     *     was asked for
     * @param complete false where the limit cut it short, so that there is more to fetch right now
     */
    record Slice(List<TicketDocument.Versioned> documents, long upTo, boolean complete) {}
}
