package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_LINK;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import dev.hindsight.domain.ticket.LinkType;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import java.util.List;
import java.util.UUID;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Links of a ticket in both directions: its own, and those that other tickets hold to it. */
final class Links {

    private static final Field<Boolean> INVERSE = DSL.field(DSL.name("inverse"), Boolean.class);

    private Links() {}

    /** In the order of their making; only to tickets that the caller may see. */
    static List<Link> of(Snapshot snapshot, TicketReader.Subject ticket) {
        Visibility visibility = ticket.visibility();
        var links = select(
                        TICKET_LINK.OTHER_ID.as("id"),
                        TICKET_LINK.TYPE,
                        inline(false).as(INVERSE),
                        TICKET_LINK.LAST_POSITION)
                .from(TICKET_LINK)
                .where(TICKET_LINK.TICKET_ID.eq(ticket.id()))
                .unionAll(select(TICKET_LINK.TICKET_ID, TICKET_LINK.TYPE, inline(true), TICKET_LINK.LAST_POSITION)
                        .from(TICKET_LINK)
                        .where(TICKET_LINK.OTHER_ID.eq(ticket.id())))
                .asTable("links");
        Field<UUID> id = links.field("id", UUID.class);
        return snapshot.jooq()
                .select(id, links.field(TICKET_LINK.TYPE), links.field(INVERSE), TICKET.NUMBER)
                .from(links)
                .leftJoin(TICKET)
                .on(TICKET.ID.eq(id))
                .where(visibility.of(TICKET))
                .and(visibility.everything() ? noCondition() : TICKET.ID.isNotNull())
                .orderBy(links.field(TICKET_LINK.LAST_POSITION), id)
                .fetch(row -> link(LinkType.valueOf(row.value2()), row.value1(), row.value4(), row.value3()));
    }

    /** The same as it was, of a ticket that {@link PastLinks} knows. */
    static List<Link> of(List<PastLinks.Known> links, PastLinks all) {
        return links.stream()
                .filter(link -> all.isSeen(link.other()))
                .map(link -> link(link.type(), link.other(), all.number(link.other()), link.inverse()))
                .toList();
    }

    private static Link link(LinkType type, UUID other, @Nullable Long number, boolean inverse) {
        return new Link(
                type,
                other,
                number == null ? null : TicketNumber.text(number),
                inverse,
                inverse ? type.inverse() : type.name());
    }
}
