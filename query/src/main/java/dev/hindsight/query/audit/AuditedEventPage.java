package dev.hindsight.query.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events of the log in the order of positions.
 *
 * @param nextAfter what to ask for next as {@code after}; null where the log ends
 * @param position the log up to which the page is right
 */
public record AuditedEventPage(
        List<AuditedEvent> items, @Nullable Long nextAfter, long position) {}
