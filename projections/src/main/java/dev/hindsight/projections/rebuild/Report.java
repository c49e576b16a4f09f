package dev.hindsight.projections.rebuild;

import java.util.List;
import java.util.Objects;

/**
 * What a verification found: the rows that answer queries against rows that were made anew. Holds no content: names of
 * tables and columns, ids, hashes.
 *
 * @param position up to which both were compared
 * @param rows compared, of those that answer
 * @param differing rows that are not the same, missing and surplus ones included
 * @param samples some of them
 * @param changed tables and columns that a new definition fills otherwise, which were not compared; those of a model
 *     whose definition is the same are none
 * @param refolded streams that were folded once more, one by one, and held against the rows made anew
 * @param refoldedOtherwise those of them that came out otherwise than the rows made anew
 */
public record Report(
        long position,
        long rows,
        long differing,
        List<Table> tables,
        List<Difference> samples,
        List<String> changed,
        int refolded,
        int refoldedOtherwise) {

    /**
     * @param digest sum of the hashes of all rows, so that their order does not matter
     * @param liveRows of the generation that answers
     */
    public record Table(String table, long rows, String digest, long liveRows, String liveDigest, long differing) {}

    /**
     * @param stream such as {@code ticket-…}
     * @param kind MISSING in what answers, SURPLUS in it, or DIFFERENT
     * @param columns that differ, where the row is in both
     */
    public record Difference(String table, String stream, String kind, List<String> columns) {}

    public Report {
        changed = Objects.requireNonNullElse(changed, List.of()); // what was stored before it was told
    }

    /** Whether nothing speaks against answering with the rows made anew. */
    public boolean clean() {
        return differing == 0 && refoldedOtherwise == 0;
    }

    Report with(int newlyRefolded, int otherwise) {
        return new Report(position, rows, differing, tables, samples, changed, newlyRefolded, otherwise);
    }
}
