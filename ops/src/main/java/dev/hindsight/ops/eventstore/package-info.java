/**
 * The event-store engine on PostgreSQL: append, sequencing after commit, the tail that feeds event processors, and bulk
 * reading, behind Axon's {@code EventStorageEngine} and {@code StreamableMessageSource}.
 *
 * <p>Numbers: a <em>position</em> is an event's place in the whole log, dense from 1; a <em>version</em> is its place in
 * its stream, counted from 1, that is Axon's sequence number + 1; an <em>append number</em> names one append call.
 */
@NullMarked
package dev.hindsight.ops.eventstore;

import org.jspecify.annotations.NullMarked;
