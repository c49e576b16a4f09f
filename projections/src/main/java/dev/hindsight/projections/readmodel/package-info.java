/** What queries may touch of the read models: snapshots, freshness, and the tables generated from the migrations. */
@NullMarked
package dev.hindsight.projections.readmodel;

import org.jspecify.annotations.NullMarked;
