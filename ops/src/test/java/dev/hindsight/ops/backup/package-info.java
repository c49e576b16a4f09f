@NullMarked
package dev.hindsight.ops.backup;

import org.jspecify.annotations.NullMarked;
