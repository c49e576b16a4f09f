package dev.hindsight.query;

import dev.hindsight.projections.live.Histories;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.past.PastModel;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.tickets.TicketFold;
import dev.hindsight.projections.tickets.TicketModel;
import dev.hindsight.projections.tickets.TicketRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A thousand seeded random histories in one log and in the rows of both models, and what a naive fold makes of them. Of
 * every tenth all was recorded only after the end, as an import is: there the two timelines differ.
 */
public final class PastRowsOfHistories {

    public static final int HISTORIES = 1_000;
    private static final int EVENTS = 22;
    private static final int BATCH = 1_500;

    public final List<LoggedEvent> events;
    public final Instant end;
    private final Map<UUID, List<Step>> tickets = new TreeMap<>();

    /** @param row after the event */
    public record Step(LoggedEvent event, TicketRow row) {}

    public PastRowsOfHistories(ReadModelRows rows) throws SQLException {
        record Recorded(LoggedEvent event, Instant at) {}
        var all = new ArrayList<Recorded>();
        Instant last = Instant.EPOCH;
        for (int seed = 0; seed < HISTORIES; seed++) {
            for (LoggedEvent event : Histories.of(seed, EVENTS)) {
                all.add(new Recorded(event, event.recordedAt()));
                last = event.recordedAt().isAfter(last) ? event.recordedAt() : last;
            }
        }
        var placed = new ArrayList<Recorded>();
        for (int i = 0; i < all.size(); i++) {
            Recorded one = all.get(i);
            placed.add(i / EVENTS % 10 == 9 ? new Recorded(one.event(), last.plusSeconds(60 + i)) : one);
        }
        placed.sort(Comparator.comparing(Recorded::at));
        var log = new ArrayList<LoggedEvent>();
        for (Recorded one : placed) {
            LoggedEvent event = one.event();
            log.add(LoggedEvent.of(
                    log.size() + 1L, event.stream(), event.version(), one.at(), event.envelope(), event.event()));
        }
        events = List.copyOf(log);
        end = events.getLast().recordedAt().plusSeconds(1);
        events.forEach(rows.log::append);
        var random = new Random(7);
        write(rows, new TicketModel(1), random);
        write(rows, new PastModel(1), random);
        rows.position(events.size());
        rows.jooq.execute("analyze readmodel.ticket_past_g1; analyze readmodel.ticket_past_words_g1");
        for (LoggedEvent event : events) {
            var steps = tickets.computeIfAbsent(id(event), id -> new ArrayList<>());
            steps.add(new Step(
                    event,
                    TicketFold.step(steps.isEmpty() ? null : steps.getLast().row(), event)
                            .row()));
        }
    }

    /** In batches as live processing does, so that rows are ended which an earlier batch wrote. */
    private <R> void write(ReadModelRows rows, StreamFold<R> fold, Random random) throws SQLException {
        for (int from = 0; from < events.size(); ) {
            int to = Math.min(events.size(), from + 1 + random.nextInt(BATCH));
            Map<String, List<LoggedEvent>> byStream = events.subList(from, to).stream()
                    .collect(Collectors.groupingBy(LoggedEvent::stream, LinkedHashMap::new, Collectors.toList()));
            rows.write(connection -> {
                var known = fold.load(connection, byStream.keySet());
                var folded = new ArrayList<R>();
                byStream.forEach((stream, more) -> {
                    R its = known.containsKey(stream) ? known.get(stream) : fold.begin(stream);
                    more.forEach(event -> fold.apply(its, event));
                    folded.add(its);
                });
                fold.write(connection, folded);
            });
            from = to;
        }
    }

    private static UUID id(LoggedEvent event) {
        return UUID.fromString(event.stream().substring("ticket-".length()));
    }

    /** The steps of each ticket, in order. */
    public Map<UUID, List<Step>> tickets() {
        return tickets;
    }

    /** Every ticket that there was, folded from the prefix of its stream that belongs to the moment. */
    public List<TicketRow> at(Moment moment) {
        var there = new ArrayList<TicketRow>();
        for (List<Step> steps : tickets.values()) {
            TicketRow row = at(steps, moment);
            if (row != null) {
                there.add(row);
            }
        }
        return there;
    }

    private static @Nullable TicketRow at(List<Step> steps, Moment moment) {
        TicketRow row = null;
        for (Step step : steps) {
            if (moment.includes(step.event())) {
                row = step.row();
            }
        }
        return row;
    }

    /** A moment on either timeline, or on both: between events, at one, at the ends. */
    public Moment random(Random random) {
        LoggedEvent one = events.get(random.nextInt(events.size()));
        LoggedEvent other = events.get(random.nextInt(events.size()));
        Instant asOf = one.event().at().plusMillis(random.nextInt(3) == 0 ? random.nextInt(5_000) - 2_500 : 0);
        return switch (random.nextInt(5)) {
            case 0, 1 -> new Moment(asOf, null, null, null);
            case 2 -> new Moment(null, null, one.position(), null);
            case 3 -> new Moment(null, one.recordedAt().plusNanos(random.nextInt(2) * 1_000L), null, null);
            default -> new Moment(asOf, null, other.position(), null);
        };
    }
}
