/** The language of Hindsight: events, ids and values, rules, refusals. Plain Java; time and ids arrive as arguments. */
@NullMarked
package dev.hindsight.domain;

import org.jspecify.annotations.NullMarked;
