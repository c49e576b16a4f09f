/** Forgetting people, erasing what is old, and holds that keep both waiting. */
@NullMarked
package dev.hindsight.command.erasure;

import org.jspecify.annotations.NullMarked;
