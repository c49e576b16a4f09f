/** What custom fields accept. */
@NullMarked
package dev.hindsight.domain.configuration;

import org.jspecify.annotations.NullMarked;
