/** What is kept of one person, in one answer: their right of access. */
@NullMarked
package dev.hindsight.query.export;

import org.jspecify.annotations.NullMarked;
