/** Tests of the package of the same name. */
@NullMarked
package dev.hindsight.command.dispatch;

import org.jspecify.annotations.NullMarked;
