/** The tickets index: its name, its fields and the way to reach it. */
@NullMarked
package dev.hindsight.projections.readmodel.search;

import org.jspecify.annotations.NullMarked;
