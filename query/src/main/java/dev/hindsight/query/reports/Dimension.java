package dev.hindsight.query.reports;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import dev.hindsight.query.Parameters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** What lines can be grouped by. */
enum Dimension {
    QUEUE,
    AGENT,
    PRIORITY,
    CATEGORY,
    /** Of the times of the measures that tell it. */
    STATUS,
    /** In UTC. */
    DAY,
    /** From Monday on, in UTC. */
    WEEK;

    /** As it is asked for and answered. */
    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    boolean ofTime() {
        return this == DAY || this == WEEK;
    }

    /** Reads a comma list. */
    static List<Dimension> of(@Nullable String by) {
        List<Dimension> dimensions = new ArrayList<>();
        for (String word : Parameters.choices("by", by)) {
            dimensions.add(Arrays.stream(values())
                    .filter(one -> one != STATUS && one.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new InvalidRequest(
                            "by",
                            Arrays.stream(values())
                                    .filter(one -> one != STATUS)
                                    .map(Dimension::word)
                                    .collect(Collectors.joining(", ", "must be a comma list of ", "")))));
        }
        if (dimensions.containsAll(List.of(DAY, WEEK))) {
            throw new InvalidRequest("by", "must not name both day and week");
        }
        return dimensions;
    }

    static Optional<Dimension> time(List<Dimension> by) {
        return by.stream().filter(Dimension::ofTime).findFirst();
    }

    /** @param at the moment whose day or week it is */
    Field<?> of(TicketPast state, Field<Instant> at) {
        return switch (this) {
            case QUEUE -> state.QUEUE;
            case AGENT -> state.ASSIGNEE;
            case PRIORITY -> state.PRIORITY;
            case CATEGORY -> state.CATEGORY;
            case STATUS -> state.STATUS;
            case DAY, WEEK -> begin(at);
        };
    }

    /** SQL: the first moment of the day or week. */
    Field<Instant> begin(Field<Instant> at) {
        return field("date_trunc({0}, {1}, 'UTC')", Instant.class, inline(word()), at);
    }
}
