/**
 * The bundle of an audit export, written and verified: {@code ops/docs/bundle.md} defines it. What verifies needs the JDK
 * and the ledger's plain classes alone, so that it works offline and years later.
 */
@NullMarked
package dev.hindsight.ops.bundle;

import org.jspecify.annotations.NullMarked;
