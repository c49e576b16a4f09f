package dev.hindsight.query.queues;

import static dev.hindsight.projections.readmodel.jooq.Tables.QUEUE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.SelectField;
import org.jspecify.annotations.Nullable;

/**
 * Counts tickets by queue, status, priority and age: one statement over the list rows, answered by an index alone.
 * Nothing is counted ahead. Stateless.
 */
public final class QueueSummaries {

    /** Starting helpers takes as long as counting, and who counts often must not take every core. */
    private static final String ALONE = "SET LOCAL max_parallel_workers_per_gather = 0";

    private static final String NONE = "none";

    private static final Set<Status> NOT_FINAL = Arrays.stream(Status.values())
            .filter(status -> !status.isFinal())
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Status.class)));

    private static final Field<Integer> ALL = count().as("everything");

    /** Which tickets are counted; all of them without a condition. */
    sealed interface Of {
        record Every() implements Of {}

        /** @param key null for those without a queue */
        record One(@Nullable String key) implements Of {}
    }

    /**
     * By name, configured queues also where nothing is in them; then those that are not configured, by key, and the
     * tickets without a queue last.
     *
     * @param source the tickets that are counted
     * @param at the moment to which ages are told
     */
    List<QueueSummary> of(
            Snapshot snapshot, TicketSource source, Visibility visibility, Of of, boolean finalToo, Instant at) {
        snapshot.jooq().execute(ALONE);
        Map<@Nullable String, Counts> found = new LinkedHashMap<>();
        PastMoment moment = source.moment();
        Field<String> name =
                moment == null ? QUEUE.NAME : PastNames.at(moment.named(), QUEUE.NAME, QUEUE.NAMES, QUEUE.NAMES_SINCE);
        Map<String, String> names = snapshot.jooq()
                .select(QUEUE.KEY, name)
                .from(QUEUE)
                .where(of instanceof Of.One(String key) ? QUEUE.KEY.eq(key) : noCondition())
                .and(visibility.closed().isEmpty() ? noCondition() : QUEUE.KEY.notIn(visibility.closed()))
                // Queues that were not configured yet are not told.
                .and(
                        moment == null
                                ? noCondition()
                                : condition("{0}[1] <= {1}", QUEUE.NAMES_SINCE, val(moment.named())))
                .orderBy(name, QUEUE.KEY)
                .fetchMap(QUEUE.KEY, name);
        names.keySet().forEach(key -> found.put(key, new Counts(finalToo)));
        var later = new TreeMap<@Nullable String, Counts>(Comparator.nullsLast(Comparator.naturalOrder()));
        for (Record row : snapshot.jooq().fetch(counting(source, visibility, of, finalToo, at))) {
            String queue = row.get(TICKET.QUEUE);
            Counts known = found.get(queue);
            (known != null ? known : later.computeIfAbsent(queue, key -> new Counts(finalToo))).add(row);
        }
        var without = later.remove(null);
        found.putAll(later);
        if (without != null) {
            found.put(null, without);
        }
        List<QueueSummary> summaries = new ArrayList<>(found.size());
        found.forEach((queue, counts) -> summaries.add(counts.summary(queue, queue == null ? null : names.get(queue))));
        return summaries;
    }

    /** What is in a queue that has nothing. */
    static QueueSummary nothing(@Nullable String queue, @Nullable String name, boolean finalToo) {
        return new Counts(finalToo).summary(queue, name);
    }

    /** One row per queue, status and priority with the tickets in each age. */
    Select<?> counting(TicketSource source, Visibility visibility, Of of, boolean finalToo, Instant at) {
        Ticket ticket = source.columns();
        Select<Record> all = null;
        for (TicketSource.Part part : source.parts(finalToo ? Set.of() : NOT_FINAL)) {
            Select<Record> counts = counting(part, ticket, source.visible(visibility), of, finalToo, at);
            all = all == null ? counts : all.unionAll(counts);
        }
        return Objects.requireNonNull(all);
    }

    private static Select<Record> counting(
            TicketSource.Part part, Ticket ticket, Condition visible, Of of, boolean finalToo, Instant at) {
        var columns = new ArrayList<SelectField<?>>(List.of(ticket.QUEUE, ticket.STATUS, ticket.PRIORITY, ALL));
        for (Age age : Age.values()) {
            Duration below = age.below();
            if (below != null) {
                columns.add(younger(ticket, age, at.minus(below)));
            }
        }
        // As the index says it, so that it is taken.
        Condition waiting = finalToo
                ? noCondition()
                : ticket.STATUS.in(
                        NOT_FINAL.stream().map(status -> inline(status.name())).toList());
        Condition there = of instanceof Of.One(String key)
                ? key == null ? ticket.QUEUE.isNull() : ticket.QUEUE.eq(key)
                : noCondition();
        return select(columns)
                .from(part.table())
                .where(waiting)
                .and(part.among())
                .and(there)
                .and(visible)
                .groupBy(ticket.QUEUE, ticket.STATUS, ticket.PRIORITY);
    }

    /** The moment is selected, so that its text is read once and not for each ticket. */
    private static Field<Integer> younger(Ticket ticket, Age age, Instant since) {
        return count().filterWhere(ticket.CREATED_AT.gt(field(select(val(since, ticket.CREATED_AT)))))
                .as(age.member());
    }

    /** Adds up the rows of one queue. */
    private static final class Counts {
        private long total;
        private final Map<String, Long> byStatus = new LinkedHashMap<>();
        private final Map<String, Long> byPriority = new LinkedHashMap<>();
        private final Map<Age, Long> byAge = new EnumMap<>(Age.class);

        Counts(boolean finalToo) {
            for (Status status : Status.values()) {
                if (finalToo || !status.isFinal()) {
                    byStatus.put(status.name(), 0L);
                }
            }
            for (Priority priority : Priority.values()) {
                byPriority.put(priority.name(), 0L);
            }
            byPriority.put(NONE, 0L);
            for (Age age : Age.values()) {
                byAge.put(age, 0L);
            }
        }

        void add(Record row) {
            long all = row.get(ALL);
            Short priority = row.get(TICKET.PRIORITY);
            total += all;
            byStatus.merge(row.get(TICKET.STATUS), all, Long::sum);
            byPriority.merge(priority == null ? NONE : "P" + priority, all, Long::sum);
            long younger = 0;
            for (Age age : Age.values()) {
                long upToHere = age.below() == null ? all : row.get(age.member(), Long.class);
                byAge.merge(age, upToHere - younger, Long::sum);
                younger = upToHere;
            }
        }

        QueueSummary summary(@Nullable String queue, @Nullable String name) {
            var ages = new LinkedHashMap<String, Long>();
            byAge.forEach((age, count) -> ages.put(age.member(), count));
            return new QueueSummary(queue, name, total, byStatus, byPriority, ages);
        }
    }
}
