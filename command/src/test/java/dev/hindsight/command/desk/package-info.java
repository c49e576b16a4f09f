/** Tests of the package of the same name. */
@NullMarked
package dev.hindsight.command.desk;

import org.jspecify.annotations.NullMarked;
