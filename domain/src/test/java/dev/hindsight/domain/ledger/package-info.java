/** Tests of the ledger's format. */
@NullMarked
package dev.hindsight.domain.ledger;

import org.jspecify.annotations.NullMarked;
