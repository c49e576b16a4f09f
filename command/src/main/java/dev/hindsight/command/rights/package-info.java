/** Who reads and works which queue: written beside the events that say so, asked by commands and reads. */
@NullMarked
package dev.hindsight.command.rights;

import org.jspecify.annotations.NullMarked;
