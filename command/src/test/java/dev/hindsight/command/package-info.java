/** What the module's tests stand on. */
@NullMarked
package dev.hindsight.command;

import org.jspecify.annotations.NullMarked;
