/** The feed: every event in order, from any position on, in pages or live. */
@NullMarked
package dev.hindsight.query.feed;

import org.jspecify.annotations.NullMarked;
