/** Measurements of the whole application, runnable by anyone: {@code ops/benchmarks}. */
@NullMarked
package dev.hindsight.ops.benchmarks;

import org.jspecify.annotations.NullMarked;
