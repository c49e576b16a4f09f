/** How much waits in which queue. */
@NullMarked
package dev.hindsight.query.queues;

import org.jspecify.annotations.NullMarked;
