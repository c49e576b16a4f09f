/** Queues, categories and custom fields: configuration with a history. */
@NullMarked
package dev.hindsight.domain.configuration;

import org.jspecify.annotations.NullMarked;
