package dev.hindsight.query.directory;

import java.util.UUID;

/**
 * The requesters of one customer.
 *
 * @param sharedTickets whether they see each other's tickets
 */
public record Organization(UUID id, String name, boolean sharedTickets) {}
