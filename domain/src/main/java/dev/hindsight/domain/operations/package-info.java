/** What happens to the log and the installation as a whole. */
@NullMarked
package dev.hindsight.domain.operations;

import org.jspecify.annotations.NullMarked;
