package dev.hindsight.query.tickets;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The order of a list. It is total: buckets (the priorities, the statuses) in their order, inside a bucket by a key
 * (an instant or the number), then by id. Key and id run in the same direction, as an index does.
 */
record TicketSort(By by, boolean descending) {

    static final TicketSort NEWEST_FIRST = new TicketSort(By.CREATED_AT, true);

    enum By {
        CREATED_AT("createdAt"),
        UPDATED_AT("updatedAt"),
        NUMBER("number"),
        /** Most urgent first; those without a priority last, in both directions. */
        PRIORITY("priority"),
        /** In the order of a ticket's life. */
        STATUS("status");

        private final String word;

        By(String word) {
            this.word = word;
        }
    }

    static TicketSort of(@Nullable String value) {
        if (value == null) {
            return NEWEST_FIRST;
        }
        boolean descending = value.startsWith("-");
        String word = descending ? value.substring(1) : value;
        return Arrays.stream(By.values())
                .filter(by -> by.word.equals(word))
                .findFirst()
                .map(by -> new TicketSort(by, descending))
                .orElseThrow(() -> new InvalidRequest(
                        "sort",
                        Arrays.stream(By.values())
                                .map(by -> by.word)
                                .collect(Collectors.joining(", ", "must be one of ", ", with - for descending"))));
    }

    /** What belongs to each bucket, first bucket first; one that holds everything where the order has none. */
    List<Condition> buckets(Ticket ticket) {
        List<Condition> buckets = new ArrayList<>();
        switch (by) {
            case PRIORITY -> {
                for (Priority priority : Priority.values()) {
                    buckets.add(ticket.PRIORITY.eq(TicketFilter.stored(priority)));
                }
            }
            case STATUS -> {
                for (Status status : Status.values()) {
                    buckets.add(ticket.STATUS.eq(status.name()));
                }
            }
            case CREATED_AT, UPDATED_AT, NUMBER -> buckets.add(DSL.noCondition());
        }
        List<Condition> ordered = descending ? buckets.reversed() : buckets;
        if (by == By.PRIORITY) {
            ordered = new ArrayList<>(ordered);
            ordered.add(ticket.PRIORITY.isNull());
        }
        return List.copyOf(ordered);
    }

    /** How many buckets there are. */
    int size() {
        return switch (by) {
            case PRIORITY -> Priority.values().length + 1;
            case STATUS -> Status.values().length;
            case CREATED_AT, UPDATED_AT, NUMBER -> 1;
        };
    }

    /** The status of all tickets of a bucket; none where they may have any. */
    Set<Status> statuses(int bucket) {
        if (by != By.STATUS) {
            return Set.of();
        }
        Status[] all = Status.values();
        return Set.of(all[descending ? all.length - 1 - bucket : bucket]);
    }

    /** The number of a ticket's bucket, from 0. */
    Field<Integer> bucket(Ticket ticket) {
        List<Condition> buckets = buckets(ticket);
        if (buckets.size() == 1) {
            return DSL.inline(0);
        }
        var cases = DSL.when(buckets.getFirst(), DSL.inline(0));
        for (int i = 1; i < buckets.size(); i++) {
            cases = cases.when(buckets.get(i), DSL.inline(i));
        }
        return cases;
    }

    /** The column that orders a bucket: of instants or of numbers. */
    @SuppressWarnings("unchecked") // nobody asks this field for anything but comparisons with its own values
    Field<Object> key(Ticket ticket) {
        return (Field<Object>)
                switch (by) {
                    case NUMBER -> (Field<?>) ticket.NUMBER;
                    case UPDATED_AT -> ticket.UPDATED_AT;
                    case CREATED_AT, PRIORITY, STATUS -> ticket.CREATED_AT;
                };
    }

    /** A key as a cursor holds it, back as the column holds it. */
    Object parseKey(String text) {
        return by == By.NUMBER ? (Object) Long.valueOf(text) : Instant.parse(text);
    }

    @Override
    public String toString() {
        return (descending ? "-" : "") + by.word;
    }
}
