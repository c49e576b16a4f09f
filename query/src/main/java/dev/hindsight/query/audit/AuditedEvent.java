package dev.hindsight.query.audit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event of the log, as it is stored and as it is read.
 *
 * @param eventId as stored
 * @param event its stored name, such as ticket.opened
 * @param revision in which it is stored; null where none was
 * @param envelope the stored metadata, JSON
 * @param stored the stored event, JSON: what is personal is sealed
 * @param read what it reads as in the latest revision, JSON: opened, or erased where its key was destroyed; null where it
 *     can't be read
 */
public record AuditedEvent(
        long position,
        String stream,
        long version,
        String eventId,
        String event,
        @Nullable String revision,
        Instant occurredAt,
        Instant recordedAt,
        @JsonRawValue String envelope,
        @JsonRawValue String stored,
        @JsonRawValue @Nullable String read) {}
