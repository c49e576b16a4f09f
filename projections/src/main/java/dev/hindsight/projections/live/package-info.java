/** How PostgreSQL read models follow the log: batches, progress, parked streams, stopping at what is unknown. */
@NullMarked
package dev.hindsight.projections.live;

import org.jspecify.annotations.NullMarked;
