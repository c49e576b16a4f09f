package dev.hindsight.projections.readmodel;

import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.StreamableMessageSource;

/**
 * The log's live tail: every event once, in the order of positions, with the availability callback that pooled
 * processors need. A message's token holds the position, its metadata the envelope under
 * {@link dev.hindsight.domain.Envelope#KEY} and, as ISO-8601 text, when it got its position under {@code recordedAt} (without it the message's own time counts).
 * What can't be decoded fails when its payload is asked for. The event store's wiring provides it.
 */
@FunctionalInterface
public interface LogTail {

    StreamableMessageSource<TrackedEventMessage<?>> source();
}
