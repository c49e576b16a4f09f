/** People and organizations in plain sentences. */
@NullMarked
package dev.hindsight.domain.people;

import org.jspecify.annotations.NullMarked;
