package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.Visibility;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers the list. Safe for concurrent use. */
public final class TicketLists {

    /**
     * One plan for every status would be wrong for most: a few tickets are NEW, nearly all are CLOSED. To start a second
     * process takes longer than a page.
     */
    private static final String CUSTOM_PLANS =
            "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0";

    /**
     * How many tickets have a word that begins so can't be told from statistics; taken for more than they are, they
     * would be joined with all tickets.
     */
    private static final String FROM_WORDS =
            CUSTOM_PLANS + "; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

    private final Freshness freshness;
    private final EventLog log;
    private final Cursors cursors;
    private final TicketSummaries summaries;
    private final int counted;
    private final ManyMatches many = new ManyMatches();

    /** @param log tells where moments of the past lie */
    public TicketLists(Freshness freshness, EventLog log, Cursors cursors, TicketSummaries summaries) {
        this(freshness, log, cursors, summaries, TicketSearch.TEN_THOUSAND);
    }

    /** @param counted how far matching tickets are counted */
    TicketLists(Freshness freshness, EventLog log, Cursors cursors, TicketSummaries summaries, int counted) {
        this.log = log;
        this.counted = counted;
        this.freshness = freshness;
        this.cursors = cursors;
        this.summaries = summaries;
    }

    /**
     * One page, all of it from one snapshot.
     *
     * @throws InvalidRequest for malformed parameters and foreign cursors
     * @throws Unavailable where minPosition, or the position asked for, is not reached in time
     */
    public TicketPage page(Caller caller, TicketListRequest request) {
        Visibility.needReader(caller);
        TicketFilter filter = TicketFilter.of(request, caller);
        TicketSort sort = TicketSort.of(request.sort());
        int limit = Parameters.limit(request.limit());
        long minPosition = Parameters.minPosition(request.minPosition());
        Moment moment = Moment.of(
                request.asOf(), request.asKnownAt(), request.atPosition(), null, request.generation(), Instant.now());
        String question = "tickets " + caller.person() + " " + filter + " " + sort + (moment.isNow() ? "" : moment);
        Place after = request.cursor() == null ? null : Place.of(sort, cursors.open(question, request.cursor()));

        TicketSource source = new TicketSource(PastMoment.of(moment, log));
        Function<Snapshot, TicketPage> page = snapshot -> {
            Visibility visibility = Visibility.of(snapshot, caller);
            return page(
                    snapshot,
                    new ManyMatches.Question(source, filter, visibility),
                    new TicketSearch(source, filter, visibility, sort, counted),
                    question,
                    after,
                    limit);
        };
        return freshness.readFor(
                caller, minPosition, moment, source.moment(), page, ReadModel.TICKETS, ReadModel.DIRECTORY);
    }

    private TicketPage page(
            Snapshot snapshot,
            ManyMatches.Question list,
            TicketSearch search,
            String question,
            @Nullable Place after,
            int limit) {
        snapshot.jooq().execute(list.filter().words() == null ? CUSTOM_PLANS : FROM_WORDS);
        TicketSearch.Found found = find(snapshot, list, search, after, limit + 1);
        Visibility visibility = list.visibility();
        TicketSource source = list.source();
        List<Place> shown =
                found.places().subList(0, Math.min(limit, found.places().size()));
        boolean more = found.places().size() > limit;
        return new TicketPage(
                summaries.of(
                        snapshot,
                        source,
                        visibility,
                        shown.stream().map(Place::id).toList()),
                more ? cursors.seal(question, shown.getLast().text()) : null,
                snapshot.position(source.model()),
                Math.min(found.total(), counted),
                found.total() > counted,
                parked(snapshot, source, visibility));
    }

    private TicketSearch.Found find(
            Snapshot snapshot, ManyMatches.Question list, TicketSearch search, @Nullable Place after, int limit) {
        int generation = snapshot.generation(list.source().model());
        long position = snapshot.position(list.source().model());
        if (many.moreThan(counted, list, generation, position)) {
            return search.find(snapshot.jooq(), after, limit, true);
        }
        TicketSearch.Found found = search.find(snapshot.jooq(), after, limit, false);
        if (found.total() > counted) {
            many.remember(list, generation, position, search.countUpTo(snapshot.jooq(), 2 * counted));
        }
        return found;
    }

    /** How many tickets that this caller may see stand still in the read model, at most a thousand. */
    public static int parked(Snapshot snapshot, TicketSource source, Visibility visibility) {
        var parked = snapshot.parked(source.model());
        if (parked.isEmpty() || visibility.everything()) {
            return parked.size();
        }
        var own = parked.stream()
                .map(one -> one.stream().substring("ticket-".length()))
                .map(UUID::fromString)
                .toList();
        return snapshot.jooq().fetchCount(TICKET, TICKET.ID.in(own).and(visibility.of(TICKET)));
    }
}
