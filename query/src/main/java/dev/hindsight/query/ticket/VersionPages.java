package dev.hindsight.query.ticket;

import dev.hindsight.query.Cursors;
import dev.hindsight.query.Parameters;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Pages of what a ticket, or another stream, holds in the order of its versions. Safe for concurrent use. */
public final class VersionPages {

    private final Cursors cursors;

    public VersionPages(Cursors cursors) {
        this.cursors = cursors;
    }

    /** Reads what comes after a version, at most so many, in the order of versions. */
    @FunctionalInterface
    public interface Source<T> {
        List<T> after(long version, int most);
    }

    public record Page<T>(List<T> items, @Nullable String nextCursor) {}

    /**
     * @param question what is asked and by whom: a cursor serves only the question it was given for
     * @param limit as it arrived
     * @param cursor as it arrived
     */
    public <T> Page<T> page(
            String question,
            TicketReader.Subject ticket,
            @Nullable String limit,
            @Nullable String cursor,
            Source<T> source,
            ToLongFunction<T> version) {
        return page(question + " " + ticket.id(), limit, cursor, source, version);
    }

    /**
     * @param exactly what is asked, of what and by whom: a cursor serves only the question it was given for
     * @param limit as it arrived
     * @param cursor as it arrived
     */
    public <T> Page<T> page(
            String exactly,
            @Nullable String limit,
            @Nullable String cursor,
            Source<T> source,
            ToLongFunction<T> version) {
        int most = Parameters.limit(limit);
        long after = cursor == null
                ? 0
                : Long.parseLong(cursors.open(exactly, cursor).getFirst());
        List<T> found = source.after(after, most + 1);
        if (found.size() <= most) {
            return new Page<>(found, null);
        }
        List<T> shown = found.subList(0, most);
        long last = version.applyAsLong(shown.getLast());
        return new Page<>(List.copyOf(shown), cursors.seal(exactly, List.of(Long.toString(last))));
    }
}
