/** What every write call over HTTP has in common: strict bodies, headers that carry expectations, the form of answers. */
@NullMarked
package dev.hindsight.command.call;

import org.jspecify.annotations.NullMarked;
