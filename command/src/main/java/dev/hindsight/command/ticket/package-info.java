/** Tickets: the commands, and the thin aggregate that lets the domain decide. */
@NullMarked
package dev.hindsight.command.ticket;

import org.jspecify.annotations.NullMarked;
