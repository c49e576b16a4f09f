package dev.hindsight.command.imports;

import dev.hindsight.command.imports.ImportJob.Problem;
import dev.hindsight.command.imports.SourceFile.Rejection;
import dev.hindsight.command.ticket.ImportResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts what a run does. Safe for concurrent use. */
final class ImportTally {

    private static final int MOST_PROBLEMS = 1_000;

    private final List<Problem> problems = new ArrayList<>();
    private long done;
    private long events;
    private long tickets;
    private long irregular;
    private long rejected;
    private long unchanged;

    /** What was counted so far, consistent in itself. */
    record Counts(
            long done,
            long events,
            long tickets,
            long irregular,
            long rejected,
            long unchanged,
            List<Problem> problems) {}

    /** Rows that were left out, one by one. */
    synchronized void rejected(List<Rejection> rows) {
        done += rows.size();
        rejected += rows.size();
        rows.forEach(row -> problem(row.line(), row.message()));
    }

    /** A case whose rows were left out as a whole. */
    synchronized void refused(long firstLine, int rows, String message) {
        done += rows;
        rejected += rows;
        problem(firstLine, message);
    }

    synchronized void imported(ImportResult result) {
        done += result.rows() + result.skipped();
        events += result.events();
        tickets += result.events() > 0 ? 1 : 0;
        unchanged += result.skipped();
        irregular += result.irregular().size();
        result.irregular().forEach(move -> problem(move.line(), "irregular move " + move.from() + " to " + move.to()));
    }

    /** What ended the run; always kept. */
    synchronized void failed(String message) {
        problems.addFirst(new Problem(null, message));
    }

    private void problem(@Nullable Long line, String message) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(new Problem(line, message));
        }
    }

    synchronized Counts counts() {
        List<Problem> byLine = problems.stream()
                .sorted(Comparator.comparing(Problem::line, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
        return new Counts(done, events, tickets, irregular, rejected, unchanged, byLine);
    }
}
