/** The directory read model: people, organizations, queues, categories, custom fields and teams, by which answers name ids. */
@NullMarked
package dev.hindsight.projections.directory;

import org.jspecify.annotations.NullMarked;
