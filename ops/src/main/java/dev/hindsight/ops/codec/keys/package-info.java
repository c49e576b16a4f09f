/** The data keys that personal data is sealed under: made, wrapped, kept in a schema of their own, cached, forgotten. */
@NullMarked
package dev.hindsight.ops.codec.keys;

import org.jspecify.annotations.NullMarked;
