package dev.hindsight.query.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of access records, the newest first.
 *
 * @param lost how many could not be noted in the time that this page tells of: 0 but after a long standstill of the log
 * @param nextCursor null at the end
 * @param position up to which the records are right
 */
public record AccessPage(
        List<AccessEntry> items, long lost, @Nullable String nextCursor, long position) {}
