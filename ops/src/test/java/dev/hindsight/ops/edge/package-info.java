/** What the HTTP edge keeps for itself. */
@NullMarked
package dev.hindsight.ops.edge;

import org.jspecify.annotations.NullMarked;
