/** People, organizations, queues, categories and custom fields. */
@NullMarked
package dev.hindsight.query.directory;

import org.jspecify.annotations.NullMarked;
