/** What the running system tells of itself: metrics of commands, tickets, people and read models, and traces. */
@NullMarked
package dev.hindsight.ops.watch;

import org.jspecify.annotations.NullMarked;
