/** Full-text search over tickets: the query language, its translation for OpenSearch, hits, suggestions, the endpoint. */
@NullMarked
package dev.hindsight.query.search;

import org.jspecify.annotations.NullMarked;
