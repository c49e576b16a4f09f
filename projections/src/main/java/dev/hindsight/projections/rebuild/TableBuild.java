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
import java.util.Set;

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
    public long upTo() {
        return tools.events().head();
    }

    @Override
    public long begin(int generation) {
        return tools.log().count(tools.fold(model, generation).prefixes());
    }

    @Override
    public boolean fill(JobRow row) throws SQLException, InterruptedException {
        return !new LogPass(tools.log(), tools.threads(), tools.batchEvents())
                .fill(List.of(member(row)), member -> {})
                .isEmpty();
    }

    /** What the job is to fill, where it was left. */
    LogPass.Member member(JobRow row) {
        return new LogPass.Member(
                new Filling<>(tools.fold(model, row.made()), tools.log(), store.connection()),
                row.reached(),
                row.readUpTo(),
                new Filling.Progress() {
                    private JobStore.Order order = new JobStore.Order(true, Duration.ZERO);

                    @Override
                    public void coming(long events) throws SQLException {
                        store.coming(events);
                    }

                    @Override
                    public boolean ended() throws SQLException {
                        return store.row().state() != Job.State.RUNNING;
                    }

                    @Override
                    public boolean written(String reached, int events) {
                        order = store.written(reached, events);
                        return order.goOn();
                    }

                    @Override
                    public void committed() throws InterruptedException {
                        store.rest(order);
                    }

                    @Override
                    public void resumed() {
                        store.resumed();
                    }
                });
    }

    @Override
    public List<Step> steps(JobRow row) throws SQLException {
        return new Indexes(model, row.made(), store.connection()).steps();
    }

    @Override
    public Optional<Report> verify(JobRow row) throws SQLException, InterruptedException {
        var definition = tools.generations().definition(model, row.answered()).orElse(model.definitionVersion());
        // What newer software fills otherwise is not known here; what is made is folded twice all the same.
        var changed =
                definition > model.definitionVersion() ? Set.copyOf(model.tables()) : model.changedSince(definition);
        return row.kind() == Kind.REBUILD
                ? Optional.of(verified(tools.fold(model, row.made()), row, changed))
                : compared(tools.fold(model, row.answered()), changed);
    }

    private <R> Report verified(StreamFold<R> fold, JobRow row, Set<String> changed) throws SQLException {
        var comparison = new Comparison(fold, tools.events(), store.connection());
        var report = comparison.compare(row.answered(), row.made(), changed);
        var refolding = new Refolding<>(fold, tools.events(), store.connection());
        var streams = new LinkedHashSet<>(comparison.streams());
        streams.addAll(refolding.some(REFOLDED_BY_CHANCE));
        return report.with(
                streams.size(), refolding.wrong(new ArrayList<>(streams)).size());
    }

    private <R> Optional<Report> compared(StreamFold<R> fold, Set<String> changed)
            throws SQLException, InterruptedException {
        var total = new long[] {tools.log().count(fold.prefixes())};
        var before = new long[1];
        return new LogComparison<>(fold, changed, tools, store.connection()).compare(new LogComparison.Progress() {
            @Override
            public void coming(long events) {
                total[0] = events;
            }

            @Override
            public boolean compared(long events) throws SQLException, InterruptedException {
                var order = store.compared(events, total[0], Math.toIntExact(events - before[0]));
                before[0] = events;
                store.rest(order);
                return order.goOn();
            }
        });
    }
}
