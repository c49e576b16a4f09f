package dev.hindsight.query;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who asks. Name and e-mail address are null where the directory does not know them. */
public record RequesterRef(
        UUID id, @Nullable String name, @Nullable String email) {}
