/** A made-up helpdesk history of some months, for a first look. */
@NullMarked
package dev.hindsight.ops.demo;

import org.jspecify.annotations.NullMarked;
