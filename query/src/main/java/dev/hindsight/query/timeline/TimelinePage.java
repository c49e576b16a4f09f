package dev.hindsight.query.timeline;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events of a ticket, the oldest first.
 *
 * @param nextCursor null on the last page
 * @param position the log up to which the page is right
 */
public record TimelinePage(
        List<TimelineEntry> items, @Nullable String nextCursor, long position) {}
