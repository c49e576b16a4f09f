/** Files on tickets: received in a stream, stored sealed before the command, cleaned up after it. */
@NullMarked
package dev.hindsight.command.attachments;

import org.jspecify.annotations.NullMarked;
