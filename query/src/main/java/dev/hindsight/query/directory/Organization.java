package dev.hindsight.query.directory;

import java.util.UUID;

/** The requesters of one customer. */
public record Organization(UUID id, String name) {}
