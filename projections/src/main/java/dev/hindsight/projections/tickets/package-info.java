/** The tickets read model: the fold of a ticket into its list row, conversation, timeline and links, and their tables. */
@NullMarked
package dev.hindsight.projections.tickets;

import org.jspecify.annotations.NullMarked;
