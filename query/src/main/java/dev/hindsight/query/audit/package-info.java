/** What auditors read of the log itself: single events as they are stored, and tickets replayed event by event. */
@NullMarked
package dev.hindsight.query.audit;

import org.jspecify.annotations.NullMarked;
