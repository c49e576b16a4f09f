package dev.hindsight.projections.rebuild;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row that answers and the row of the same key that the log makes.
 *
 * @param live null where it is missing
 * @param hash of the live row, as the server reckons it; 0 where it is missing
 * @param fresh null where the live one is surplus
 * @param differing columns, where there are both
 * @param either one that is there
 */
record RowPair(@Nullable RowBytes live, long hash, @Nullable RowBytes fresh, List<String> differing, RowBytes either) {

    boolean equal() {
        return live != null && fresh != null && differing.isEmpty();
    }

    /** MISSING in what answers, SURPLUS in it, or DIFFERENT. */
    String kind() {
        return live == null ? "MISSING" : fresh == null ? "SURPLUS" : "DIFFERENT";
    }
}
