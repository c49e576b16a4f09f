/** Tests of the ledger on real databases. */
@NullMarked
package dev.hindsight.ops.ledger;

import org.jspecify.annotations.NullMarked;
