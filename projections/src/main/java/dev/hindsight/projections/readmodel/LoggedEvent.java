package dev.hindsight.projections.readmodel;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import java.time.Instant;

/**
 * An event as it stands in the log.
 *
 * @param position its place in the global order, from 1
 * @param stream the stream it belongs to, such as {@code ticket-…}
 * @param version its place in the stream, from 1
 * @param recordedAt when the sequencer placed it
 */
public record LoggedEvent(
        long position, String stream, long version, Instant recordedAt, Envelope envelope, Event event) {}
