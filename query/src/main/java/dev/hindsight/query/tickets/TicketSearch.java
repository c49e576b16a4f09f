package dev.hindsight.query.tickets;

import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.trueCondition;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.with;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import dev.hindsight.query.Visibility;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record3;
import org.jooq.Select;
import org.jooq.SelectLimitStep;
import org.jooq.SortField;
import org.jspecify.annotations.Nullable;

/**
 * Finds which tickets are on a page and how many match. Two ways lead there: up to {@link #TEN_THOUSAND} matching tickets
 * are collected by the filters' indexes, counted and sorted; where more match, the sort's index is walked from the cursor on
 * until the page is full, which takes few steps just because many match.
 */
final class TicketSearch {

    /** How far matching tickets are counted. */
    static final int TEN_THOUSAND = 10_000;

    private static final Field<Integer> TOTAL = field(name("total"), Integer.class);
    private static final Field<Integer> BUCKET = field(name("bucket"), Integer.class);
    private static final Field<UUID> ID = field(name("id"), UUID.class);

    private final TicketSource source;
    private final Ticket ticket;
    private final TicketFilter filter;
    private final Condition matching;
    private final boolean everything;
    private final int counted;
    private final TicketSort sort;
    private final Field<Object> sortKey;
    private final Field<Object> key;

    /** @param counted how far matching tickets are counted */
    TicketSearch(TicketSource source, TicketFilter filter, Visibility visibility, TicketSort sort, int counted) {
        this.source = source;
        this.ticket = source.columns();
        this.filter = filter;
        this.matching = filter.condition(source).and(source.visible(visibility));
        this.everything = filter.open() && visibility.everything();
        this.counted = counted;
        this.sort = sort;
        this.sortKey = sort.key(ticket);
        this.key = field(name("key"), sortKey.getDataType());
    }

    /**
     * @param places in order
     * @param total how many tickets match, one more than is counted where more match
     */
    record Found(List<Place> places, int total) {}

    /**
     * @param limit how many places at most
     * @param more whether it is known already that more match than are counted
     */
    Found find(DSLContext jooq, @Nullable Place after, int limit, boolean more) {
        if (more) {
            return new Found(walk(jooq, after, limit), counted + 1);
        } else if (everything) {
            int all = countUpTo(jooq, counted + 1);
            return all > counted ? new Found(walk(jooq, after, limit), all) : collect(jooq, after, limit);
        }
        Found found = collect(jooq, after, limit);
        return found.total() > counted ? new Found(walk(jooq, after, limit), found.total()) : found;
    }

    private Found collect(DSLContext jooq, @Nullable Place after, int limit) {
        List<Place> places = new ArrayList<>();
        int total = 0;
        for (Record row : jooq.fetch(collecting(after, limit))) {
            total = row.get(TOTAL);
            if (row.get(ID) != null) {
                places.add(place(row));
            }
        }
        return new Found(places, total);
    }

    private List<Place> walk(DSLContext jooq, @Nullable Place after, int limit) {
        List<Place> places = new ArrayList<>();
        int buckets = sort.size();
        for (int bucket = after == null ? 0 : after.bucket(); bucket < buckets && places.size() < limit; bucket++) {
            Place start = after != null && after.bucket() == bucket ? after : null;
            for (Record row : jooq.fetch(walking(bucket, start, limit - places.size()))) {
                places.add(place(row));
            }
        }
        return places;
    }

    /** How many match, counted up to so many. */
    int countUpTo(DSLContext jooq, int most) {
        return jooq.fetchSingle(counting(most)).value1();
    }

    Select<Record1<Integer>> counting(int most) {
        return selectCount()
                .from(all(part -> selectOne().from(part.table()).where(matching).and(part.among()))
                        .limit(inline(most)));
    }

    /**
     * One row per place with the total in front; one row without a place where the page is empty, and where more match
     * than are counted: then sorting them would be in vain.
     */
    Select<?> collecting(@Nullable Place after, int limit) {
        var matches = name("matches")
                .asMaterialized(
                        all(part -> select(ticket.ID.as(ID), sort.bucket(ticket).as(BUCKET), sortKey.as(key))
                                        .from(part.table())
                                        .where(matching)
                                        .and(part.among()))
                                .limit(inline(counted + 1)));
        var number = name("number").as(select(count().as(TOTAL)).from(matches));
        var page = select(ID, BUCKET, key)
                .from(matches)
                .where(after == null ? noCondition() : beyond(after))
                .and(field(select(TOTAL).from(number)).le(inline(counted)))
                .orderBy(order(BUCKET, key, ID))
                .limit(val(limit))
                .asTable("page");
        return with(matches)
                .with(number)
                .select(TOTAL, ID, BUCKET, key)
                .from(number)
                .leftJoin(page)
                .on(trueCondition())
                .orderBy(order(BUCKET, key, ID));
    }

    /** The next places of one bucket, along its index. */
    Select<?> walking(int bucket, @Nullable Place after, int limit) {
        var parts = parts(sort.statuses(bucket)).stream()
                .map(part -> select(ticket.ID.as(ID), inline(bucket).as(BUCKET), sortKey.as(key))
                        .from(part.table())
                        .where(matching)
                        .and(part.among())
                        .and(sort.buckets(ticket).get(bucket))
                        .and(after == null ? noCondition() : further(sortKey, ticket.ID, after))
                        .orderBy(direction(sortKey), direction(ticket.ID))
                        .limit(val(limit)))
                .toList();
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        Select<Record3<UUID, Integer, Object>> all = parts.getFirst();
        for (Select<Record3<UUID, Integer, Object>> part : parts.subList(1, parts.size())) {
            all = all.unionAll(part);
        }
        var page = all.asTable("page");
        return select(page.field(ID), page.field(BUCKET), page.field(key))
                .from(page)
                .orderBy(direction(page.field(key)), direction(page.field(ID)))
                .limit(val(limit));
    }

    /** The parts in which tickets that match can be. */
    private List<TicketSource.Part> parts(Set<Status> statuses) {
        Set<Status> wanted = filter.statuses();
        if (wanted.isEmpty() || statuses.isEmpty()) {
            return source.parts(wanted.isEmpty() ? statuses : wanted);
        }
        var both = new HashSet<>(wanted);
        both.retainAll(statuses);
        // Where none is left, one part finds nothing.
        return source.parts(both.isEmpty() ? statuses : both);
    }

    private <R extends Record> SelectLimitStep<R> all(Function<TicketSource.Part, SelectLimitStep<R>> one) {
        SelectLimitStep<R> all = null;
        for (TicketSource.Part part : parts(Set.of())) {
            all = all == null ? one.apply(part) : all.unionAll(one.apply(part));
        }
        return Objects.requireNonNull(all);
    }

    private Condition beyond(Place after) {
        if (sort.size() == 1) {
            return further(key, ID, after);
        }
        return BUCKET.gt(after.bucket()).or(BUCKET.eq(after.bucket()).and(further(key, ID, after)));
    }

    private Condition further(Field<Object> key, Field<UUID> id, Place after) {
        var here = row(key, id);
        var there = row(val(after.key(), key), val(after.id(), id));
        return sort.descending() ? here.lt(there) : here.gt(there);
    }

    /** A bucket that holds everything is left out: comparing it costs as much as all the rest of the sort. */
    private List<SortField<?>> order(Field<Integer> bucket, Field<Object> key, Field<UUID> id) {
        return sort.size() == 1
                ? List.of(direction(key), direction(id))
                : List.of(bucket.asc(), direction(key), direction(id));
    }

    private <T> SortField<T> direction(Field<T> field) {
        return sort.descending() ? field.desc() : field.asc();
    }

    private Place place(Record row) {
        return new Place(row.get(BUCKET), row.get(key), row.get(ID));
    }
}
