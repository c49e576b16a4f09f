/** The ledger's places outside, its time stamps, its scheduled check, and how operators watch and order it. */
@NullMarked
package dev.hindsight.ops.ledger;

import org.jspecify.annotations.NullMarked;
