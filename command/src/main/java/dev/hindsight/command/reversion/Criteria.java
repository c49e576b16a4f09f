package dev.hindsight.command.reversion;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.InvalidRequest;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which events are to be undone: those of one command, of one call or job, of one build, or of one person in a time.
 *
 * @param from the first moment, as the log recorded it
 * @param to the first moment after it
 */
public record Criteria(
        @Nullable String commandId,
        @Nullable String correlationId,
        @Nullable String writer,
        @Nullable UUID actor,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** @throws InvalidRequest where it is not exactly one of them, or a person without a time */
    public Criteria {
        var given = Stream.of(commandId, correlationId, writer, actor)
                .filter(Objects::nonNull)
                .count();
        if (given != 1) {
            throw new InvalidRequest(
                    "commandId", "give exactly one of commandId, correlationId, writer, and actor with from and to");
        } else if ((actor == null) != (from == null) || (actor == null) != (to == null)) {
            throw new InvalidRequest("actor", "goes with from and to, and they with it");
        } else if (from != null && to != null && !from.isBefore(to)) {
            throw new InvalidRequest("to", "must be after from");
        }
    }

    /** @param recordedAt when the event got its position */
    public boolean matches(Envelope envelope, Instant recordedAt) {
        if (actor == null || from == null || to == null) {
            return envelope.command().equals(commandId)
                    || envelope.correlation().equals(correlationId)
                    || envelope.writer().equals(writer);
        }
        return actor.equals(envelope.actor().person()) && !recordedAt.isBefore(from) && recordedAt.isBefore(to);
    }

    /** What stands literally in the metadata of every event that matches, unless JSON writes it otherwise. */
    public String mark() {
        return Stream.of(commandId, correlationId, writer, actor)
                .filter(Objects::nonNull)
                .map(Object::toString)
                .findFirst()
                .orElseThrow();
    }
}
