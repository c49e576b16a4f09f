/** The fold of a ticket, in sentences. */
@NullMarked
package dev.hindsight.projections.tickets;

import org.jspecify.annotations.NullMarked;
