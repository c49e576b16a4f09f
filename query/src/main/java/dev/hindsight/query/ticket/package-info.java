/** One ticket in full, and its links. */
@NullMarked
package dev.hindsight.query.ticket;

import org.jspecify.annotations.NullMarked;
