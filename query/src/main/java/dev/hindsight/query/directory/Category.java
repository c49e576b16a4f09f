package dev.hindsight.query.directory;

import org.jspecify.annotations.Nullable;

/** @param parent id of the category above, null at the top */
public record Category(String id, String name, @Nullable String parent) {}
