/** Whether the image and compose definitions keep their promises. */
@NullMarked
package dev.hindsight.ops.image;

import org.jspecify.annotations.NullMarked;
