package dev.hindsight.query.directory;

import org.jspecify.annotations.Nullable;

/**
 * What one person or team may do with the tickets of a queue.
 *
 * @param personOrTeam id of a person or key of a team
 * @param name of that person or team, where known
 */
public record Grant(String personOrTeam, @Nullable String name, boolean read, boolean work) {}
