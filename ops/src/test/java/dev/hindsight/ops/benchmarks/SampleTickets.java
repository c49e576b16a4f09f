package dev.hindsight.ops.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tickets of which some words are in many and others in few; the same number makes the same ticket. */
final class SampleTickets {

    static final List<String> THINGS = List.of(
            "Printer",
            "Laptop",
            "Scanner",
            "Phone",
            "Projector",
            "Badge reader",
            "Docking station",
            "Monitor",
            "Keyboard",
            "Router",
            "Mailbox",
            "Calendar",
            "Payroll portal",
            "Wiki",
            "Backup",
            "Camera",
            "Headset");
    static final List<String> SYMPTOMS = List.of(
            "hums",
            "shows a paper jam",
            "does not start",
            "is slow",
            "drops the connection",
            "asks for a password",
            "prints stripes",
            "overheats",
            "reports error 50",
            "is locked",
            "lost its settings",
            "flickers",
            "beeps");

    private SampleTickets() {}

    /** One of 4,000 words, each in some fifty of 100,000 tickets. */
    static String rare(long n) {
        long word = Math.floorMod(n * 2_654_435_761L, 4_000L);
        StringBuilder text = new StringBuilder("mo");
        for (int i = 0; i < 3; i++) {
            text.append("bdfgklmnprstvz".charAt((int) (word % 14))).append("aeiou".charAt((int) (word / 14 % 5)));
            word = word / 14 + 11L * i;
        }
        return text.toString();
    }

    /** The body that opens the ticket of this number. */
    static String body(long n) {
        return body(n, null);
    }

    /** The same in a queue. */
    static String body(long n, @Nullable String queue) {
        String thing = THINGS.get((int) (n % THINGS.size()));
        String symptom = SYMPTOMS.get((int) (n / 7 % SYMPTOMS.size()));
        return "{\"subject\":\"" + thing + " in room " + n % 997 + " " + symptom
                + "\",\"description\":\"Since this morning it " + symptom + ". The label says " + rare(n)
                + ", a colleague with " + rare(n * 31 + 7) + " sees the same and nothing helps.\","
                + "\"impact\":" + (1 + n % 3) + ",\"urgency\":" + (1 + n / 3 % 3)
                + ",\"requester\":{\"email\":\"requester" + n % 500 + "@example.org\"}"
                + (queue == null ? "" : ",\"queue\":\"" + queue + "\"") + "}";
    }
}
