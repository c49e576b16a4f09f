/** The whole application over real HTTP, with real servers behind it. */
@NullMarked
package dev.hindsight.ops.acceptance;

import org.jspecify.annotations.NullMarked;
