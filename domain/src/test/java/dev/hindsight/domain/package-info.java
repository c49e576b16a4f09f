/** The walls around the language. */
@NullMarked
package dev.hindsight.domain;

import org.jspecify.annotations.NullMarked;
