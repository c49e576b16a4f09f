/** The operators' part of the HTTP API, health, and what the build says of itself. */
@NullMarked
package dev.hindsight.ops.operator;

import org.jspecify.annotations.NullMarked;
