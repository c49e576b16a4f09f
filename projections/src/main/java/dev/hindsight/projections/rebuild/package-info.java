/** Rebuilding read models beside the live ones while people work: filled, verified, switched, and on record. */
@NullMarked
package dev.hindsight.projections.rebuild;

import org.jspecify.annotations.NullMarked;
