/** The messages of a ticket. */
@NullMarked
package dev.hindsight.query.conversation;

import org.jspecify.annotations.NullMarked;
