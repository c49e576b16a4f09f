/** A one-machine installation: its folder, its secrets, its PostgreSQL and OpenSearch. */
@NullMarked
package dev.hindsight.ops.installation;

import org.jspecify.annotations.NullMarked;
