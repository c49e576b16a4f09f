package dev.hindsight.projections.search;

import dev.hindsight.projections.search.IndexComparison.Progress;
import dev.hindsight.projections.search.IndexComparison.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes generations of the tickets index and compares them, for those who rebuild. Documents come from the rows of the
 * read model "tickets" that answer, in the order of ids, each page from a snapshot of its own: what changes after the
 * position at which one begins is brought in by the follower from there on. Safe for concurrent use.
 */
public final class SearchIndexes {

    private final TicketRows rows;
    private final TicketIndexWriter index;
    private final SearchProgress progress;
    private final IndexComparison comparison;

    SearchIndexes(TicketRows rows, TicketIndexWriter index, SearchProgress progress) {
        this.rows = rows;
        this.index = index;
        this.progress = progress;
        this.comparison = new IndexComparison(rows, index, progress);
    }

    /** Up to which position the rows say everything. */
    public long position() {
        return rows.position();
    }

    /** How many documents there are to be. */
    public long count() {
        return rows.count();
    }

    /**
     * Makes the index of a generation that is being filled where it is missing. It is dropped with its generation.
     *
     * @return whether it is a new one, and so empty
     */
    public boolean begin(int generation) throws IOException {
        return progress.bare(index, generation);
    }

    /** Documents that are written together. */
    public static final class Batch {
        private final List<IndexEntry> entries;
        private final boolean complete;

        private Batch(List<IndexEntry> entries, boolean complete) {
            this.entries = entries;
            this.complete = complete;
        }

        public int count() {
            return entries.size();
        }

        /** Whether it is the last. */
        public boolean complete() {
            return complete;
        }

        /** The last ticket in it; null where it is empty. */
        public @Nullable UUID last() {
            return entries.isEmpty() ? null : entries.getLast().id();
        }
    }

    /** @param after the last ticket of the batch before; null to begin */
    public Batch read(@Nullable UUID after, int limit) {
        var page = rows.behind(after, limit);
        return new Batch(page.documents().stream().map(index::entry).toList(), page.complete());
    }

    /**
     * Writes a batch in two requests at once; repeating it changes nothing.
     *
     * @throws IllegalStateException where OpenSearch refuses a document, which trying again does not change
     */
    public void write(int generation, Batch batch) throws IOException {
        var middle = batch.count() / 2;
        var half = CompletableFuture.runAsync(
                () -> some(generation, batch.entries.subList(0, middle)), Thread::startVirtualThread);
        try {
            some(generation, batch.entries.subList(middle, batch.count()));
            half.join();
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException unanswered) {
                throw Objects.requireNonNull(unanswered.getCause());
            }
            throw e.getCause() instanceof RuntimeException fault ? fault : e;
        } finally {
            half.handle((nothing, fault) -> true).join(); // nothing is under way when the caller goes on
        }
    }

    private void some(int generation, List<IndexEntry> entries) {
        if (!entries.isEmpty()) {
            try {
                index.writeBulk(generation, entries);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Makes a filled index fit to answer: findable, on disk, with its replicas. */
    public void settle(int generation) throws IOException {
        index.settle(generation);
    }

    /**
     * Holds indexes against the rows. Where other rows have taken over that differ, and nobody has held the index against
     * them yet, it is mended first.
     *
     * @return empty where the progress ended it
     */
    public Optional<Result> compare(List<Integer> generations, Progress heard)
            throws IOException, InterruptedException {
        for (int generation : generations) {
            var order = progress.mending(generation);
            if (order.isPresent() && comparison.mend(generation, heard).isPresent()) {
                progress.mended(generation, order.getAsLong());
            }
        }
        return comparison.compare(generations, heard);
    }
}
