package dev.hindsight.query.directory;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person. What is not known, or not for the caller, is null.
 *
 * @param agent whether tickets may be assigned to them
 * @param organization id of the organization they belong to
 */
public record Person(
        UUID id,
        @Nullable String name,
        @Nullable String email,
        boolean agent,
        @Nullable UUID organization) {}
