/** The sealed tree, its proofs and its checkpoints, as queries read them. */
@NullMarked
package dev.hindsight.projections.readmodel.ledger;

import org.jspecify.annotations.NullMarked;
