package dev.hindsight.projections.readmodel;

import java.time.Instant;

/**
 * A stream that a model passes over because its fold failed. What is shown of it is as of before {@code firstPosition}.
 *
 * @param stream such as {@code ticket-…}
 * @param firstPosition the first event that is missing
 * @param cause for operators; holds no content of events
 */
public record Parked(String stream, long firstPosition, String cause, Instant since) {}
