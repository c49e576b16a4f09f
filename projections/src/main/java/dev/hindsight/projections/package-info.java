/** Read models: one folder each with its fold and tables, the live processing that they share, and what queries may touch. */
@NullMarked
package dev.hindsight.projections;

import org.jspecify.annotations.NullMarked;
