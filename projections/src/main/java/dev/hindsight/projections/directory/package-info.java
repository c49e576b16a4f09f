/** The directory read model: people, organizations, queues, categories and custom fields, by which answers name ids. */
@NullMarked
package dev.hindsight.projections.directory;

import org.jspecify.annotations.NullMarked;
