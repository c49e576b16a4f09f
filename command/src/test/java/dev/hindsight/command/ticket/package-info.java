/** Tickets: every command three ways. */
@NullMarked
package dev.hindsight.command.ticket;

import org.jspecify.annotations.NullMarked;
