package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;
import java.util.Locale;

/** Impact and urgency: stored as numbers, 1 HIGH to 3 LOW. */
public enum Level {
    HIGH(1),
    MEDIUM(2),
    LOW(3);

    private final int number;

    Level(int number) {
        this.number = number;
    }

    /** 1 to 3. */
    public int number() {
        return number;
    }

    /** @param number 1 to 3, anything else is a fault of the caller */
    public static Level of(int number) {
        return values()[number - 1];
    }

    /**
     * @param value a number 1 to 3 or a word, as JSON gives it
     * @throws InvalidRequest naming the field
     */
    public static Level parse(String field, Object value) {
        var text = value.toString().strip().toUpperCase(Locale.ROOT);
        for (var level : values()) {
            if (text.equals(level.name()) || text.equals(Integer.toString(level.number()))) {
                return level;
            }
        }
        throw new InvalidRequest(field, "must be 1, 2, 3 or HIGH, MEDIUM, LOW");
    }
}
