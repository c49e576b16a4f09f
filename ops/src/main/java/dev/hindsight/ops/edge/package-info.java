/** The HTTP edge: who calls, problem details, request ids, limits. */
@NullMarked
package dev.hindsight.ops.edge;

import org.jspecify.annotations.NullMarked;
