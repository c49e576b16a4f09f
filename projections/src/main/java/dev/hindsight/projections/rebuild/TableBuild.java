package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Tables of PostgreSQL, made from the log. */
final class TableBuild implements Build {

    private static final int REFOLDED_BY_CHANCE = 200;

    private final Tools tools;
    private final ReadModel model;
    private final JobStore store;

    TableBuild(Tools tools, ReadModel model, JobStore store) {
        this.tools = tools;
        this.model = model;
        this.store = store;
    }

    @Override
    public boolean makesGeneration(Kind kind) {
        return true;
    }

    @Override
    public long upTo() {
        return tools.events().head();
    }

    @Override
    public long begin(int generation) {
        return tools.log().count(tools.fold(model, generation).prefixes());
    }

    @Override
    public boolean fill(JobRow row) throws SQLException, InterruptedException {
        return filled(tools.fold(model, row.made()), row);
    }

    private <R> boolean filled(StreamFold<R> fold, JobRow row) throws SQLException, InterruptedException {
        return new Filling<>(fold, tools.log(), store.connection(), tools.threads(), tools.batchEvents())
                .fill(row.reached(), row.readUpTo(), new Filling.Progress() {
                    private JobStore.Order order = new JobStore.Order(true, Duration.ZERO);

                    @Override
                    public boolean written(String reached, int events) {
                        order = store.written(reached, events);
                        return order.goOn();
                    }

                    @Override
                    public void committed() throws InterruptedException {
                        store.rest(order);
                    }
                });
    }

    @Override
    public List<Step> steps(JobRow row) throws SQLException {
        return row.kind() == Kind.REBUILD ? new Indexes(model, row.made(), store.connection()).steps() : List.of();
    }

    @Override
    public Optional<Report> verify(JobRow row) throws SQLException {
        return Optional.of(verified(tools.fold(model, row.made()), row));
    }

    private <R> Report verified(StreamFold<R> fold, JobRow row) throws SQLException {
        var comparison = new Comparison(fold, store.connection());
        var definition = tools.generations().definition(model, row.answered()).orElse(model.definitionVersion());
        var report = comparison.compare(row.answered(), row.made(), model.changedSince(definition));
        var refolding = new Refolding<>(fold, tools.events(), store.connection());
        var streams = new LinkedHashSet<>(comparison.streams());
        streams.addAll(refolding.some(REFOLDED_BY_CHANCE));
        return report.with(
                streams.size(), refolding.wrong(new ArrayList<>(streams)).size());
    }
}
