package dev.hindsight.domain;

import java.time.Instant;

/**
 * A fact that is stored for ever. Every kind belongs to one of the sealed families (ticket, person, organization,
 * configuration, operations). Implementations are records of JDK types without logic; each has a stable stored
 * name and revision and a golden file. Components marked {@link Personal} are stored encrypted and read as
 * {@link Personal#ERASED} once their key is destroyed.
 */
public interface Event {

    /** The stream that this event belongs to: its key in the event store, never null. */
    String streamId();

    /** When it happened ({@code occurredAt}): microsecond precision, never before the stream's previous event. */
    Instant at();
}
