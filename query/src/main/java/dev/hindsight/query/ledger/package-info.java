/** What is proved of the log: checkpoints, public keys, and proofs between them. */
@NullMarked
package dev.hindsight.query.ledger;

import org.jspecify.annotations.NullMarked;
