/**
 * The ledger's format: an RFC 9162 Merkle tree over stored events, its proofs, tiles and signed checkpoints. Plain JDK,
 * so that the verifier needs nothing else; {@code ops/docs/ledger.md} describes it for who writes another.
 */
@NullMarked
package dev.hindsight.domain.ledger;

import org.jspecify.annotations.NullMarked;
