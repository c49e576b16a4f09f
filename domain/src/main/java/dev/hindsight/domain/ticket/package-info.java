/** A ticket: its events, its state, and the decisions that people take on it. */
@NullMarked
package dev.hindsight.domain.ticket;

import org.jspecify.annotations.NullMarked;
