package dev.hindsight.projections.rebuild;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which streams of a model a repair is of. Exactly one member, or both times, says it.
 *
 * @param stream one, such as {@code ticket-…}
 * @param queue tickets that answer as lying in it, or that the log ever put there
 * @param from streams with events recorded since then
 * @param to and before then
 * @param deadLetters parked streams by their letters' ids
 * @param cause parked streams whose cause holds this text
 * @param allParked true for every parked stream
 */
record RepairScope(
        @Nullable String stream,
        @Nullable String queue,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable List<UUID> deadLetters,
        @Nullable String cause,
        boolean allParked) {

    static RepairScope stream(String stream) {
        return new RepairScope(stream, null, null, null, null, null, false);
    }

    static RepairScope queue(String queue) {
        return new RepairScope(null, queue, null, null, null, null, false);
    }

    static RepairScope recorded(Instant from, Instant to) {
        return new RepairScope(null, null, from, to, null, null, false);
    }

    static RepairScope letters(List<UUID> ids) {
        return new RepairScope(null, null, null, null, List.copyOf(ids), null, false);
    }

    static RepairScope parkedBecause(String cause) {
        return new RepairScope(null, null, null, null, null, cause, false);
    }

    static RepairScope parked() {
        return new RepairScope(null, null, null, null, null, null, true);
    }

    /** Whether it is a retry of what is parked. */
    boolean retries() {
        return allParked || cause != null || deadLetters != null;
    }

    /** For people. */
    String text() {
        if (stream != null) {
            return stream;
        } else if (queue != null) {
            return "queue " + queue;
        } else if (deadLetters != null) {
            return deadLetters.size() + " dead letters";
        } else if (cause != null) {
            return "dead letters because of " + cause;
        }
        return allParked ? "all dead letters" : "recorded from " + from + " to " + to;
    }
}
