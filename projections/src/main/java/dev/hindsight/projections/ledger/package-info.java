/** The ledger: seals the log into a Merkle tree, signs it, carries what was signed outside, and checks it. */
@NullMarked
package dev.hindsight.projections.ledger;

import org.jspecify.annotations.NullMarked;
