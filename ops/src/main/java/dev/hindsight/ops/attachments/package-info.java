/** Where the contents of attachments lie: sealed in a stream, on disk or in an S3-compatible store, addressed by their ciphertext. */
@NullMarked
package dev.hindsight.ops.attachments;

import org.jspecify.annotations.NullMarked;
