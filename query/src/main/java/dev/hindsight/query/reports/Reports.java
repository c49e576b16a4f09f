package dev.hindsight.query.reports;

import static dev.hindsight.query.reports.Measures.between;
import static org.jooq.impl.DSL.avg;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.percentileCont;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.with;

import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.SelectField;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Works measures out, each by one statement over the states of tickets. Stateless. */
final class Reports {

    /** Starting helpers takes as long as many a report, and no report must take every core. */
    private static final String ALONE =
            "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL plan_cache_mode = force_custom_plan";

    private static final Field<Integer> COUNT = field(name("count"), Integer.class);
    private static final Field<Double> SECONDS = field(name("seconds"), Double.class);
    private static final Field<Instant> SPAN = field(name("span"), SQLDataType.INSTANT);
    private static final Field<Integer> FIRST = field(name("first"), Integer.class);
    private static final Field<Integer> BEHIND = field(name("behind"), Integer.class);
    private static final Field<Integer> END = field(name("end"), Integer.class);
    private static final Field<Integer> MORE = field(name("more"), Integer.class);
    private static final double NEARLY_ALL = 0.9;

    /** The ends are read from their texts once, not for every state. */
    private static final String BUCKET = "width_bucket({0}, (select {1}::timestamptz[]))";

    /**
     * What is asked.
     *
     * @param matching that a state passes the filters, of {@link TicketSource#states()}
     * @param from included
     * @param to excluded
     */
    record Question(Measure measure, List<Dimension> by, Condition matching, Instant from, Instant to, long named) {}

    /** Lines in the order of their groups; groups in which nothing is counted have none. */
    List<Report.Line> lines(Snapshot snapshot, Visibility visibility, Question question) {
        snapshot.jooq().execute(ALONE);
        List<Found> found =
                switch (question.measure().kind()) {
                    case BEGAN -> began(snapshot, visibility, question);
                    case LASTED -> lasted(snapshot, visibility, question);
                    case HELD -> held(snapshot, visibility, question);
                };
        return shown(snapshot, question, found);
    }

    /** @param group in the order of {@link #by} */
    private record Found(
            List<@Nullable Object> group,
            long count,
            @Nullable Double median,
            @Nullable Double p90,
            @Nullable Double mean,
            @Nullable Double total) {}

    /** What it is grouped by, the status with it where the measure is told by status. */
    static List<Dimension> by(Measure measure, List<Dimension> asked) {
        if (measure.kind() != Measure.Kind.LASTED) {
            return asked;
        }
        var by = new ArrayList<>(asked);
        by.addFirst(Dimension.STATUS);
        return by;
    }

    private static Condition begunWithin(TicketPast state, Question question) {
        return state.UPDATED_AT.ge(question.from()).and(state.UPDATED_AT.lt(question.to()));
    }

    /** The tickets as they were just before the range; what may be seen of them may be seen of the states in the range. */
    private static TicketSource before(Question question) {
        Instant last = question.from().minus(1, ChronoUnit.MICROS);
        return new TicketSource(new PastMoment(last, null, 0, 0, last, last));
    }

    private List<Found> began(Snapshot snapshot, Visibility visibility, Question question) {
        TicketPast state = TicketSource.states();
        Field<Double> seconds = question.measure().seconds(state);
        List<Field<?>> groups = groups(question.by(), state, state.UPDATED_AT);
        List<SelectField<?>> columns = new ArrayList<>(groups);
        columns.add(count().as(COUNT));
        if (seconds != null) {
            columns.addAll(figures(seconds));
        }
        return snapshot.jooq()
                .select(columns)
                .from(state)
                .where(begunWithin(state, question))
                .and(question.measure().counts(state))
                .and(question.matching())
                .and(before(question).visible(visibility))
                .groupBy(groups)
                .having(count().gt(0))
                .fetch(row -> found(row, groups.size(), seconds != null));
    }

    /** The states that held at some moment of the range: those that held when it began, and those that began in it. */
    private static Select<Record> states(
            Visibility visibility, Question question, List<? extends SelectField<?>> columns) {
        TicketPast state = TicketSource.states();
        TicketSource before = before(question);
        Condition counting =
                question.measure().counts(state).and(question.matching()).and(before.visible(visibility));
        Select<Record> all =
                select(columns).from(state).where(begunWithin(state, question)).and(counting);
        for (TicketSource.Part part : before.parts(question.measure().statuses())) {
            all = all.unionAll(
                    select(columns).from(part.table()).where(part.among()).and(counting));
        }
        return all;
    }

    private List<Found> lasted(Snapshot snapshot, Visibility visibility, Question question) {
        TicketPast state = TicketSource.states();
        var from = val(question.from(), state.UPDATED_AT);
        var to = val(question.to(), state.UPDATED_AT);
        var time = Dimension.time(question.by());
        Field<UUID> id = field(name("id"), UUID.class);
        Field<Instant> first = field(name("first_at"), SQLDataType.INSTANT);
        Field<Instant> behind = field(name("behind_at"), SQLDataType.INSTANT);
        List<SelectField<?>> columns = new ArrayList<>();
        List<Field<?>> names = new ArrayList<>();
        for (int i = 0; i < question.by().size(); i++) {
            Dimension one = question.by().get(i);
            names.add(one.ofTime() ? SPAN : field(name("g" + i)));
            if (!one.ofTime()) {
                columns.add(one.of(state, state.UPDATED_AT).as("g" + i));
            }
        }
        columns.add(state.ID.as(id));
        columns.add(greatest(state.UPDATED_AT, from).as(first));
        columns.add(least(state.NEXT_AT, to).as(behind));
        var states = name("states").as(states(visibility, question, columns));
        // Of each ticket, and day or week, one figure.
        List<SelectField<?>> added = new ArrayList<>(names);
        added.add(id);
        Field<Double> spent = time.isEmpty()
                ? between(first, behind)
                : between(
                        greatest(first, SPAN),
                        least(
                                behind,
                                field(
                                        "date_add({0}, {1}::interval, 'UTC')",
                                        SQLDataType.INSTANT,
                                        SPAN,
                                        inline("1 " + time.get().word()))));
        added.add(sum(spent).cast(Double.class).as(SECONDS));
        var grouped = new ArrayList<Field<?>>(names);
        grouped.add(id);
        var each = time.isEmpty()
                ? select(added).from(states).where(behind.gt(first)).groupBy(grouped)
                : select(added)
                        .from(states)
                        .crossJoin(table(
                                "lateral generate_series({0}, {1} - interval '1 microsecond', {2}::interval, 'UTC') as spans(span)",
                                time.get().begin(first),
                                behind,
                                inline("1 " + time.get().word())))
                        .where(behind.gt(first))
                        .groupBy(grouped);
        List<SelectField<?>> result = new ArrayList<>(names);
        result.add(count().as(COUNT));
        result.addAll(figures(SECONDS));
        return snapshot.jooq()
                .with(states)
                .select(result)
                .from(each.asTable("each_ticket"))
                .groupBy(names)
                .having(count().gt(0))
                .fetch(row -> found(row, names.size(), true));
    }

    private static List<SelectField<?>> figures(Field<Double> seconds) {
        return List.of(
                percentileCont(inline(0.5)).withinGroupOrderBy(seconds).as("median"),
                percentileCont(inline(NEARLY_ALL)).withinGroupOrderBy(seconds).as("p90"),
                avg(seconds).as("mean"),
                sum(seconds).as("total"));
    }

    private List<Found> held(Snapshot snapshot, Visibility visibility, Question question) {
        TicketPast state = TicketSource.states();
        var spans = spans(question);
        var ends = val(
                spans.stream()
                        .map(span -> span.end().atOffset(ZoneOffset.UTC).toString())
                        .toArray(String[]::new),
                SQLDataType.VARCHAR.array());
        List<Dimension> fixed =
                question.by().stream().filter(one -> !one.ofTime()).toList();
        List<Field<?>> names = new ArrayList<>();
        List<SelectField<?>> columns = new ArrayList<>();
        for (int i = 0; i < fixed.size(); i++) {
            names.add(field(name("g" + i)));
            columns.add(fixed.get(i).of(state, state.UPDATED_AT).as("g" + i));
        }
        columns.add(field(BUCKET, Integer.class, state.UPDATED_AT, ends).as(FIRST));
        columns.add(field(BUCKET, Integer.class, state.NEXT_AT, ends).as(BEHIND));
        var states = states(visibility, question, columns).asTable("states");
        List<Field<?>> stays = new ArrayList<>(names);
        stays.addAll(List.of(FIRST, BEHIND));
        List<SelectField<?>> counted = new ArrayList<>(stays);
        counted.add(count().as(COUNT));
        // A state holds at the ends that come behind its beginning, up to its own end.
        var together = name("together")
                .asMaterialized(
                        select(counted).from(states).where(FIRST.lt(BEHIND)).groupBy(stays));
        List<SelectField<?>> begins = new ArrayList<>(names);
        begins.addAll(List.of(FIRST.as(END), COUNT.as(MORE)));
        List<SelectField<?>> leaves = new ArrayList<>(names);
        leaves.addAll(List.of(BEHIND.as(END), COUNT.neg().as(MORE)));
        List<Field<?>> groups = new ArrayList<>(names);
        groups.add(END);
        List<SelectField<?>> result = new ArrayList<>(groups);
        result.add(sum(MORE).cast(Integer.class).as(MORE));
        var changes = new LinkedHashMap<List<@Nullable Object>, int[]>();
        snapshot.jooq()
                .fetch(with(together)
                        .select(result)
                        .from(select(begins)
                                .from(together)
                                .unionAll(select(leaves).from(together))
                                .asTable("changes"))
                        .groupBy(groups))
                .forEach(row -> {
                    var group = new ArrayList<@Nullable Object>();
                    for (int i = 0; i < names.size(); i++) {
                        group.add(row.get(i));
                    }
                    int end = row.get(END);
                    if (end < spans.size()) {
                        changes.computeIfAbsent(group, key -> new int[spans.size()])[end] += row.get(MORE);
                    }
                });
        return levels(question, spans, changes);
    }

    private static List<Found> levels(Question question, List<Span> spans, Map<List<@Nullable Object>, int[]> changes) {
        if (changes.isEmpty() && question.by().stream().allMatch(Dimension::ofTime)) {
            changes.put(List.of(), new int[spans.size()]); // none is a figure, too
        }
        var found = new ArrayList<Found>();
        changes.forEach((group, more) -> {
            long level = 0;
            for (int i = 0; i < spans.size(); i++) {
                level += more[i];
                var values = new ArrayList<@Nullable Object>();
                int next = 0;
                for (Dimension one : question.by()) {
                    values.add(one.ofTime() ? spans.get(i).begin() : group.get(next++));
                }
                found.add(new Found(values, level, null, null, null, null));
            }
        });
        return found;
    }

    /** @param begin of the day or week, also where the range begins within it */
    private record Span(Instant begin, Instant end) {}

    private static List<Span> spans(Question question) {
        var time = Dimension.time(question.by());
        if (time.isEmpty()) {
            return List.of(new Span(question.from(), question.to()));
        }
        boolean weeks = time.get() == Dimension.WEEK;
        LocalDate day = LocalDate.ofInstant(question.from(), ZoneOffset.UTC);
        if (weeks) {
            day = day.with(TemporalAdjusters.previousOrSame(java.time.DayOfWeek.MONDAY));
        }
        var spans = new ArrayList<Span>();
        while (true) {
            LocalDate next = day.plusDays(weeks ? 7 : 1);
            Instant begin = day.atStartOfDay(ZoneOffset.UTC).toInstant();
            Instant end = next.atStartOfDay(ZoneOffset.UTC).toInstant();
            if (!begin.isBefore(question.to())) {
                return spans;
            }
            spans.add(new Span(begin, end.isBefore(question.to()) ? end : question.to()));
            day = next;
        }
    }

    private static List<Field<?>> groups(List<Dimension> by, TicketPast state, Field<Instant> at) {
        return by.stream()
                .<Field<?>>map(dimension -> dimension.of(state, at))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static Found found(Record row, int groups, boolean times) {
        var group = new ArrayList<@Nullable Object>();
        for (int i = 0; i < groups; i++) {
            group.add(row.get(i));
        }
        return new Found(
                group,
                row.get(COUNT),
                times ? rounded(row, "median") : null,
                times ? rounded(row, "p90") : null,
                times ? rounded(row, "mean") : null,
                times ? rounded(row, "total") : null);
    }

    /** To the millisecond. */
    private static @Nullable Double rounded(Record row, String column) {
        Double value = row.get(column, Double.class);
        return value == null ? null : Math.rint(value * 1_000) / 1_000;
    }

    private static List<Report.Line> shown(Snapshot snapshot, Question question, List<Found> found) {
        int agent = question.by().indexOf(Dimension.AGENT);
        PastNames<UUID> names = PastNames.ofPeople(
                snapshot,
                agent < 0
                        ? List.of()
                        : found.stream()
                                .map(line -> (UUID) line.group().get(agent))
                                .filter(Objects::nonNull)
                                .distinct()
                                .toList());
        return found.stream()
                .sorted(order(question.by()))
                .map(line -> {
                    Map<String, @Nullable Object> group = new LinkedHashMap<>();
                    for (int i = 0; i < question.by().size(); i++) {
                        Dimension one = question.by().get(i);
                        group.put(one.word(), value(one, line.group().get(i), names, question.named()));
                    }
                    return new Report.Line(group, line.count(), line.median(), line.p90(), line.mean(), line.total());
                })
                .toList();
    }

    private static @Nullable Object value(
            Dimension dimension, @Nullable Object stored, PastNames<UUID> names, long position) {
        if (stored == null) {
            return null;
        }
        return switch (dimension) {
            case AGENT -> new PersonRef((UUID) stored, names.at((UUID) stored, position));
            case PRIORITY -> "P" + stored;
            case DAY, WEEK ->
                LocalDate.ofInstant((Instant) stored, ZoneOffset.UTC).toString();
            case QUEUE, CATEGORY, STATUS -> stored;
        };
    }

    /** By day or week first, then as they are asked for; what has no value last. */
    private static Comparator<Found> order(List<Dimension> by) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            if (by.get(i).ofTime()) {
                places.addFirst(i);
            } else {
                places.add(i);
            }
        }
        Comparator<Found> order = Comparator.comparingInt(line -> 0);
        for (int place : places) {
            order = order.thenComparing(
                    line -> {
                        Object value = line.group().get(place);
                        return value == null ? null : value.toString();
                    },
                    Comparator.nullsLast(Comparator.naturalOrder()));
        }
        return order;
    }
}
