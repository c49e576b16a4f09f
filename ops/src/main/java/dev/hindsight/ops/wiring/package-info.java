/** Puts the parts together: database, event store, Axon, modules. Everything is declared, nothing is scanned. */
@NullMarked
package dev.hindsight.ops.wiring;

import org.jspecify.annotations.NullMarked;
