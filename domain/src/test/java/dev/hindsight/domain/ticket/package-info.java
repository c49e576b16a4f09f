/** The rules of a ticket in plain sentences, and what no sequence of commands may break. */
@NullMarked
package dev.hindsight.domain.ticket;

import org.jspecify.annotations.NullMarked;
