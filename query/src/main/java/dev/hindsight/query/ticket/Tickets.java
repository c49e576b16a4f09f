package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.ticket.TicketReader.Subject;
import dev.hindsight.query.ticket.TicketReader.Then;
import dev.hindsight.query.tickets.TicketSummaries;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Puts tickets in full together, as they are or as they were. Safe for concurrent use. */
public final class Tickets {

    private final TicketSummaries summaries;

    public Tickets(TicketSummaries summaries) {
        this.summaries = summaries;
    }

    Ticket of(Snapshot snapshot, Subject ticket) {
        Then then = ticket.then();
        if (then != null) {
            return past(snapshot, ticket.visibility(), ticket.id(), List.of(then.ticket()))
                    .of(then.ticket(), then.position(), then::includes);
        }
        return new Ticket(
                summaries
                        .of(snapshot, ticket.visibility(), List.of(ticket.id()))
                        .getFirst(),
                snapshot.jooq()
                        .select(TICKET.DESCRIPTION)
                        .from(TICKET)
                        .where(TICKET.ID.eq(ticket.id()))
                        .fetchSingle(TICKET.DESCRIPTION),
                Watchers.of(snapshot, ticket),
                Links.of(snapshot, ticket));
    }

    List<Link> links(Snapshot snapshot, Subject ticket) {
        Then then = ticket.then();
        if (then == null) {
            return Links.of(snapshot, ticket);
        }
        PastLinks links = PastLinks.of(snapshot, ticket.id(), ticket.visibility(), List.of(then.ticket()));
        return Links.of(links.at(then.ticket(), then::includes), links);
    }

    /**
     * A teller of what one ticket was.
     *
     * @param states all that it is to tell of
     */
    public Past past(Snapshot snapshot, Visibility visibility, UUID ticket, Collection<PastTicket> states) {
        return new Past(
                summaries.past(snapshot, visibility, states),
                PastLinks.of(snapshot, ticket, visibility, states),
                visibility);
    }

    /** Tells what one ticket was. Valid as long as the snapshot. */
    public static final class Past {

        private final TicketSummaries.Past summaries;
        private final PastLinks links;
        private final Visibility visibility;

        private Past(TicketSummaries.Past summaries, PastLinks links, Visibility visibility) {
            this.summaries = summaries;
            this.links = links;
            this.visibility = visibility;
        }

        /** With the names and links of its own last position. */
        public Ticket of(PastTicket ticket) {
            return of(ticket, ticket.position(), (position, recorded, occurred) -> position <= ticket.position());
        }

        /**
         * @param position whose names are shown
         * @param by which events of other tickets count
         */
        Ticket of(PastTicket ticket, long position, PastLinks.By by) {
            var row = ticket.row();
            return new Ticket(
                    summaries.summary(row, position),
                    row.getDescription(),
                    Watchers.of(ticket, visibility, id -> summaries.person(id, position)),
                    Links.of(links.at(ticket, by), links));
        }
    }
}
