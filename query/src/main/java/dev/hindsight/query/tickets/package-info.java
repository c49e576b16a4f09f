/** The list: which tickets match, page by page. */
@NullMarked
package dev.hindsight.query.tickets;

import org.jspecify.annotations.NullMarked;
