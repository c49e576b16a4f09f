package dev.hindsight.query.timeline;

import dev.hindsight.domain.Envelope;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why an event is there: the chain that led to it, as its envelope tells.
 *
 * @param command id of the command that decided it
 * @param causation id of the message that led to the command; the command itself for a direct call
 * @param correlation shared by everything that one call or bulk set off
 * @param request id of the HTTP request, null without one
 * @param client OAuth client of the call, null where not known
 * @param channel how it reached us
 * @param roles of the actor at that moment
 * @param rule the automation that acted, null without one
 * @param imported where in which import it stands, null for what was not imported
 * @param writer build of the software that wrote it
 */
public record Cause(
        String command,
        String causation,
        String correlation,
        @Nullable String request,
        @Nullable String client,
        String channel,
        List<String> roles,
        @Nullable Rule rule,
        @Nullable Imported imported,
        String writer) {

    /** @param version of the automation */
    public record Rule(String id, int version) {}

    /**
     * @param source the system that the row comes from
     * @param row ordinal within its case, from 1
     * @param line of the file, from 1
     */
    public record Imported(UUID importId, String source, int row, long line) {}

    public static Cause of(Envelope envelope) {
        var rule = envelope.rule();
        var imported = envelope.imported();
        return new Cause(
                envelope.command(),
                envelope.causation(),
                envelope.correlation(),
                envelope.request(),
                envelope.client(),
                envelope.channel(),
                envelope.actor().roles(),
                rule == null ? null : new Rule(rule.id(), rule.version()),
                imported == null
                        ? null
                        : new Imported(imported.importId(), imported.source(), imported.row(), imported.line()),
                envelope.writer());
    }
}
