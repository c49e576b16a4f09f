/** Starts, finds again and stops the PostgreSQL and the OpenSearch of a one-machine installation, and of tests. */
@NullMarked
package dev.hindsight.ops.embedded;

import org.jspecify.annotations.NullMarked;
