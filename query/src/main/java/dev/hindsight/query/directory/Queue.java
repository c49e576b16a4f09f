package dev.hindsight.query.directory;

/** Where tickets wait for a team. */
public record Queue(String id, String name) {}
