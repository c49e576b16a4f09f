/** People and organizations, each a stream of its own, and the caller who asks for something. */
@NullMarked
package dev.hindsight.domain.people;

import org.jspecify.annotations.NullMarked;
