package dev.hindsight.projections.directory;

import org.jspecify.annotations.Nullable;

/** One entry while events are applied to it. */
final class DirectoryEntry {

    @Nullable
    DirectoryRow row;

    DirectoryEntry(@Nullable DirectoryRow row) {
        this.row = row;
    }
}
