package dev.hindsight.query.directory;

/**
 * Where tickets wait for a team.
 *
 * @param access OPEN (every agent reads and works it) or RESTRICTED (only to whom it was granted)
 */
public record Queue(String id, String name, String access) {}
