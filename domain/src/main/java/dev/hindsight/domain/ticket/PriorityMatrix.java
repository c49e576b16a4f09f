package dev.hindsight.domain.ticket;

import java.util.List;

/**
 * Priority from impact and urgency. The name says which version decided and is stored with every event it decided.
 *
 * @param name such as {@code hindsight-1}; a changed matrix gets a new name
 * @param rows one row per impact HIGH to LOW, each with a priority per urgency HIGH to LOW
 */
public record PriorityMatrix(String name, List<List<Priority>> rows) {

    /** ITIL's usual table; VOCABULARY's default. */
    public static final PriorityMatrix HINDSIGHT = new PriorityMatrix(
            "hindsight-1",
            List.of(
                    List.of(Priority.P1, Priority.P2, Priority.P3),
                    List.of(Priority.P2, Priority.P3, Priority.P4),
                    List.of(Priority.P3, Priority.P4, Priority.P5)));

    public PriorityMatrix {
        rows = rows.stream().map(List::copyOf).toList();
        if (rows.size() != 3 || rows.stream().anyMatch(row -> row.size() != 3)) {
            throw new IllegalArgumentException("a priority matrix has 3 rows of 3");
        }
    }

    public Priority priority(Level impact, Level urgency) {
        return rows.get(impact.number() - 1).get(urgency.number() - 1);
    }
}
