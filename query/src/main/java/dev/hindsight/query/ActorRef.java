package dev.hindsight.query;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who acted.
 *
 * @param id null for the system, rules and an import's unknown people
 * @param name null where the directory does not know it
 * @param kind one of the actor kinds, such as AGENT
 */
public record ActorRef(@Nullable UUID id, @Nullable String name, String kind) {}
