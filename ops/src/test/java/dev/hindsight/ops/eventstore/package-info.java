/** Shows on a real PostgreSQL that the event-store engine keeps its promises. */
@NullMarked
package dev.hindsight.ops.eventstore;

import org.jspecify.annotations.NullMarked;
