/** Backups of the log, the keys and the attachments, their verification, and restoring from them. */
@NullMarked
package dev.hindsight.ops.backup;

import org.jspecify.annotations.NullMarked;
