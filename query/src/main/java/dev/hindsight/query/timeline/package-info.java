/** Every change of a ticket: who, why, before and after. */
@NullMarked
package dev.hindsight.query.timeline;

import org.jspecify.annotations.NullMarked;
