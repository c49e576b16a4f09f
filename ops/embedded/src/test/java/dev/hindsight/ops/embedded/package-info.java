/** Real servers, started, hurt and found again. */
@NullMarked
package dev.hindsight.ops.embedded;

import org.jspecify.annotations.NullMarked;
