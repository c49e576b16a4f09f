/** Tokens of development and demo mode: an installation's own issuer. */
@NullMarked
package dev.hindsight.ops.token;

import org.jspecify.annotations.NullMarked;
