/** What differs between two moments of a ticket, who did it and why. */
@NullMarked
package dev.hindsight.query.changes;

import org.jspecify.annotations.NullMarked;
