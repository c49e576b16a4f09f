/** Undoing what many tickets went through: orders, the job that carries them out, and what it finds. */
@NullMarked
package dev.hindsight.command.reversion;

import org.jspecify.annotations.NullMarked;
