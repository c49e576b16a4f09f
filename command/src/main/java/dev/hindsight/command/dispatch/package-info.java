/** The way of a command: envelope, idempotency, retries, and the position of what it appended. */
@NullMarked
package dev.hindsight.command.dispatch;

import org.jspecify.annotations.NullMarked;
