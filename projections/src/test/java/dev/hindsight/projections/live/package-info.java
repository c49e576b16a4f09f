/** The laws of read models, on a real PostgreSQL. */
@NullMarked
package dev.hindsight.projections.live;

import org.jspecify.annotations.NullMarked;
