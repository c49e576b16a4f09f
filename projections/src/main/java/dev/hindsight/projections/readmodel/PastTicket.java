package dev.hindsight.projections.readmodel;

import dev.hindsight.projections.readmodel.jooq.tables.records.TicketAttachmentRecord;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketLinkRecord;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A ticket as it was after one of its events: the rows that the read model had of it then. Immutable. */
public interface PastTicket {

    /** How many events it had, from 1. */
    long version();

    /** The last of these events' place in the log. */
    long position();

    /** Key of its queue; null without one. */
    @Nullable
    String queue();

    @Nullable
    UUID requester();

    /** The requester's organization. */
    @Nullable
    UUID organization();

    @Nullable
    UUID assignee();

    /** In the order in which they came. */
    List<UUID> watchers();

    /** Its list row; a new record each time. */
    TicketRecord row();

    /** The links that it held itself, in the order of their making; new records each time. */
    List<TicketLinkRecord> links();

    /** The attachments that it had, the oldest first; new records each time. */
    List<TicketAttachmentRecord> attachments();

    /**
     * What differs from an earlier state, in the order in which fields are shown.
     *
     * @param before null where there was no ticket yet
     */
    List<Difference> since(@Nullable PastTicket before);

    /**
     * One field, named and shown as timelines do.
     *
     * @param field {@code links.<TYPE>} for a link that is new or gone, {@code attachments} for the name of a file
     * @param before null, String, Integer, Boolean or a list of String
     * @param after likewise
     * @param internal not for requesters
     */
    record Difference(
            String field, @Nullable Object before, @Nullable Object after, boolean internal) {}
}
