package dev.hindsight.query.directory;

import dev.hindsight.query.PersonRef;
import java.util.List;

/**
 * Agents who share queues.
 *
 * @param members by name
 */
public record Team(String id, String name, List<PersonRef> members) {}
