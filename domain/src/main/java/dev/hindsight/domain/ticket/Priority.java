package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;
import java.util.Locale;

/** How soon a ticket wants work. The names P1 to P5 are stored. */
public enum Priority {
    P1("CRITICAL"),
    P2("HIGH"),
    P3("MODERATE"),
    P4("LOW"),
    P5("PLANNING");

    private final String label;

    Priority(String label) {
        this.label = label;
    }

    /** The word that people use, such as {@code MODERATE}. */
    public String label() {
        return label;
    }

    /**
     * @param value {@code P3}, {@code 3} or {@code MODERATE} in any case
     * @throws InvalidRequest naming the field
     */
    public static Priority parse(String field, Object value) {
        var text = value.toString().strip().toUpperCase(Locale.ROOT);
        for (var priority : values()) {
            if (text.equals(priority.name())
                    || text.equals(priority.label)
                    || text.equals(priority.name().substring(1))) {
                return priority;
            }
        }
        throw new InvalidRequest(field, "must be one of P1, P2, P3, P4, P5");
    }
}
