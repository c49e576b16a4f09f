package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.search.IndexComparison;
import dev.hindsight.projections.search.SearchIndexes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch._types.OpenSearchException;

/** A search index, made from the rows of the read model "tickets". A verification compares what answers with them. */
final class IndexBuild implements Build {

    private static final int BATCH = 4_000;
    private static final String TABLE = "ticket-search";

    private final SearchIndexes indexes;
    private final Generations generations;
    private final JobStore store;
    private final int batch;

    /** @param batch the most documents of a batch, for tests; more than 4,000 are not taken */
    IndexBuild(SearchIndexes indexes, Generations generations, JobStore store, int batch) {
        this.indexes = indexes;
        this.generations = generations;
        this.store = store;
        this.batch = Math.min(batch, BATCH);
    }

    @Override
    public long upTo() {
        return indexes.position();
    }

    @Override
    public long begin(int generation) {
        return indexes.count();
    }

    @Override
    public boolean fill(JobRow row) throws SQLException, InterruptedException {
        var generation = row.made();
        UUID after;
        if (asked(() -> indexes.begin(generation)) || row.reached() == null) {
            after = null;
            store.fromTheBeginning();
        } else {
            after = UUID.fromString(row.reached());
        }
        // Slow ones are asked for their orders every second or so.
        var most = row.maxRate() == null ? batch : Math.clamp(row.maxRate(), 1, batch);
        try (var reader = new Reader()) {
            var next = reader.read(after, most);
            while (true) {
                var its = next.get();
                if (!its.complete()) {
                    next = reader.read(its.last(), most);
                }
                asked(() -> {
                    indexes.write(generation, its);
                    return true;
                });
                var last = its.last();
                if (last != null) {
                    var order = store.written(last.toString(), its.count());
                    store.connection().commit();
                    if (!order.goOn()) {
                        return its.complete();
                    }
                    store.rest(order);
                }
                if (its.complete()) {
                    return true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(e.getCause());
        }
    }

    /** Makes the next batch while one is written. */
    private final class Reader implements AutoCloseable {

        private final ExecutorService pool = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("rebuild-documents").daemon().factory());

        Future<SearchIndexes.Batch> read(@Nullable UUID after, int most) {
            return pool.submit(() -> indexes.read(after, most));
        }

        @Override
        public void close() {
            pool.shutdownNow();
            pool.close();
        }
    }

    @Override
    public List<Step> steps(JobRow row) {
        return List.of(() -> asked(() -> {
            indexes.settle(row.made());
            return true;
        }));
    }

    @Override
    public Optional<Report> verify(JobRow row) throws SQLException, InterruptedException {
        var answers = row.answered();
        var held = new ArrayList<Integer>();
        if (!isOfOlderDefinition(answers)) {
            held.add(answers);
        }
        if (row.kind() == Kind.REBUILD) {
            held.add(row.made());
        }
        var total = indexes.count();
        store.connection().commit();
        var begun = new long[1];
        Optional<IndexComparison.Result> compared;
        try {
            compared = indexes.compare(held, documents -> {
                try {
                    var order = store.compared(documents, total, Math.toIntExact(documents - begun[0]));
                    begun[0] = documents;
                    if (order.goOn()) {
                        store.rest(order);
                    }
                    return order.goOn();
                } catch (SQLException e) {
                    throw new IOException(e);
                }
            });
        } catch (IOException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw sql;
            }
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw passing(e);
        }
        return compared.map(result -> report(result, row));
    }

    /** Its documents are not what this software makes of the rows, and need not be. */
    private boolean isOfOlderDefinition(int generation) {
        return generations
                .definition(ReadModel.TICKET_SEARCH, generation)
                .filter(version -> version < ReadModel.TICKET_SEARCH.definitionVersion())
                .isPresent();
    }

    private Report report(IndexComparison.Result result, JobRow row) {
        var older = isOfOlderDefinition(row.answered());
        var live = older ? result.expected() : result.of(row.answered());
        var made = row.kind() == Kind.REBUILD ? result.of(row.made()) : result.expected();
        var shown = live.wrong() > 0 ? live : made;
        return new Report(
                result.position(),
                live.documents(),
                live.wrong(),
                List.of(new Report.Table(
                        TABLE, made.documents(), made.digest(), live.documents(), live.digest(), live.wrong())),
                shown.samples().stream()
                        .map(sample -> new Report.Difference(
                                TABLE,
                                "ticket-" + sample.ticket(),
                                sample.kind().name(),
                                sample.fields()))
                        .toList(),
                older ? List.of(TABLE) : List.of(),
                Math.toIntExact(result.expected().documents()),
                Math.toIntExact(made.wrong()));
    }

    private interface Question {
        boolean ask() throws IOException;
    }

    /** What OpenSearch does not answer is asked again later: the job is taken up where it was. */
    private static boolean asked(Question question) {
        try {
            return question.ask();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw passing(e);
        }
    }

    /** The client wraps what will pass in many ways; and nothing here asks for what OpenSearch could rightly refuse. */
    private static RuntimeException passing(RuntimeException fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof OpenSearchException
                    || cause instanceof TimeoutException
                    || cause instanceof InterruptedException) {
                return new UncheckedIOException(new IOException(fault));
            }
        }
        return fault;
    }
}
