/** Every state of every ticket, and when it was valid: what lists, counts and reports of the past are asked of. */
@NullMarked
package dev.hindsight.projections.past;

import org.jspecify.annotations.NullMarked;
