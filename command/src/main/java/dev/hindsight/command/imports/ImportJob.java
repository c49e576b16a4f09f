package dev.hindsight.command.imports;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far an import is and what it did.
 *
 * @param done rows dealt with
 * @param total rows of the file
 * @param rate rows a second since the run began
 * @param eta when it will be done at this rate; null when it is done or nothing can be said yet
 * @param events appended to tickets
 * @param tickets that events were appended to
 * @param irregular moves stored although live commands would refuse them
 * @param rejected rows left out
 * @param unchanged rows that were imported before
 * @param problems irregular moves and what was left out, by line; the first thousand found
 */
public record ImportJob(
        UUID id,
        State state,
        String source,
        long done,
        long total,
        double rate,
        @Nullable Instant eta,
        long events,
        long tickets,
        long irregular,
        long rejected,
        long unchanged,
        List<Problem> problems) {

    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /** @param line of the file, the header being line 1; null where it is about the whole run */
    public record Problem(@Nullable Long line, String message) {}
}
