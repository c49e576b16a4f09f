@NullMarked
package dev.hindsight.projections.rebuild;

import org.jspecify.annotations.NullMarked;
