package dev.hindsight.query;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** @param name null where the directory does not know it */
public record PersonRef(UUID id, @Nullable String name) {

    public static @Nullable PersonRef of(@Nullable UUID id, @Nullable String name) {
        return id == null ? null : new PersonRef(id, name);
    }
}
