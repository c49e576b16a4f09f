/** How an installation forgets: keys, caches of every node, read models, files, and what a database leaves behind. */
@NullMarked
package dev.hindsight.ops.erasure;

import org.jspecify.annotations.NullMarked;
