/** Measures over any range of the past, in any grouping. */
@NullMarked
package dev.hindsight.query.reports;

import org.jspecify.annotations.NullMarked;
