/** The read model "ticket-search": documents made from the tickets' rows, kept in an OpenSearch index. */
@NullMarked
package dev.hindsight.projections.search;

import org.jspecify.annotations.NullMarked;
