package dev.hindsight.query.timeline;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * An event of a ticket and why it is there.
 *
 * @param entry its members stand beside the other
 * @param cause null for requesters
 */
public record CausedEntry(
        @JsonUnwrapped TimelineEntry entry, @Nullable Cause cause) {}
