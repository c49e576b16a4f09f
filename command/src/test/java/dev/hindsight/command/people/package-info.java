/** Tests of the package of the same name. */
@NullMarked
package dev.hindsight.command.people;

import org.jspecify.annotations.NullMarked;
