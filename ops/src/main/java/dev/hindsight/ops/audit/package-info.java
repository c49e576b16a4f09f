/** Audit exports: what was asked for is an event; the bundle is made from the log whenever it is fetched. */
@NullMarked
package dev.hindsight.ops.audit;

import org.jspecify.annotations.NullMarked;
