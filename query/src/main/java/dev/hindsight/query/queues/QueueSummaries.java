package dev.hindsight.query.queues;

import static dev.hindsight.projections.readmodel.jooq.Tables.QUEUE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Visibility;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.SelectField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Counts tickets by queue, status, priority and age: one statement over the list rows, answered by an index alone.
 * Nothing is counted ahead. Stateless.
 */
public final class QueueSummaries {

    /** Starting helpers takes as long as counting, and who counts often must not take every core. */
    private static final String ALONE = "SET LOCAL max_parallel_workers_per_gather = 0";

    private static final String NONE = "none";

    private static final List<String> NOT_FINAL = Arrays.stream(Status.values())
            .filter(status -> !status.isFinal())
            .map(Status::name)
            .toList();

    private static final Field<Integer> ALL = count().as("everything");

    /** Which tickets are counted; all of them without a condition. */
    sealed interface Of {
        record Every() implements Of {}

        /** @param key null for those without a queue */
        record One(@Nullable String key) implements Of {}
    }

    /**
     * By name, the tickets without a queue last; configured queues also where nothing is in them.
     *
     * @param at the moment to which ages are told
     */
    List<QueueSummary> of(Snapshot snapshot, Visibility visibility, Of of, boolean finalToo, Instant at) {
        snapshot.jooq().execute(ALONE);
        Map<@Nullable String, Counts> found = new LinkedHashMap<>();
        Map<String, String> names = snapshot.jooq()
                .select(QUEUE.KEY, QUEUE.NAME)
                .from(QUEUE)
                .where(of instanceof Of.One(String key) ? QUEUE.KEY.eq(key) : noCondition())
                .and(visibility.closed().isEmpty() ? noCondition() : QUEUE.KEY.notIn(visibility.closed()))
                .orderBy(QUEUE.NAME, QUEUE.KEY)
                .fetchMap(QUEUE.KEY, QUEUE.NAME);
        names.keySet().forEach(key -> found.put(key, new Counts(finalToo)));
        var later = new LinkedHashMap<@Nullable String, Counts>();
        for (Record row : snapshot.jooq().fetch(counting(visibility, of, finalToo, at))) {
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
    Select<?> counting(Visibility visibility, Of of, boolean finalToo, Instant at) {
        var columns = new ArrayList<SelectField<?>>(List.of(TICKET.QUEUE, TICKET.STATUS, TICKET.PRIORITY, ALL));
        for (Age age : Age.values()) {
            Duration below = age.below();
            if (below != null) {
                columns.add(younger(age).apply(at.minus(below)));
            }
        }
        // As the index says it, so that it is taken.
        Condition waiting = finalToo
                ? noCondition()
                : TICKET.STATUS.in(NOT_FINAL.stream().map(DSL::inline).toList());
        Condition there = of instanceof Of.One(String key)
                ? key == null ? TICKET.QUEUE.isNull() : TICKET.QUEUE.eq(key)
                : noCondition();
        return select(columns)
                .from(TICKET)
                .where(waiting)
                .and(there)
                .and(visibility.of(TICKET))
                .groupBy(TICKET.QUEUE, TICKET.STATUS, TICKET.PRIORITY);
    }

    /** The moment is selected, so that its text is read once and not for each ticket. */
    private static Function<Instant, Field<Integer>> younger(Age age) {
        return since -> count().filterWhere(TICKET.CREATED_AT.gt(field(select(val(since, TICKET.CREATED_AT)))))
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
