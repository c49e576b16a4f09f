package dev.hindsight.domain;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who and what stands behind an event. Opaque ids only: never a name, an address or a token's subject.
 *
 * @param actor who did it
 * @param client the OAuth client that the call came through, where known
 * @param onBehalfOf the person it was done for, where that is another than the actor
 * @param command id of the command that decided it
 * @param causation id of the message that led to the command (the command itself for a direct call)
 * @param correlation shared by everything that one call or bulk set off
 * @param request id of the HTTP request, where there was one
 * @param channel how it reached us: API, WEB, EMAIL, PHONE, CHAT or IMPORT
 * @param rule the automation that acted, where one did
 * @param tenant always {@link #TENANT} today
 * @param writer build version of the software that wrote it
 * @param imported where in which import it stands, for imported events
 * @param traceparent W3C trace context of the span that stored it; null unless that was traced
 */
public record Envelope(
        Actor actor,
        @Nullable String client,
        @Nullable UUID onBehalfOf,
        String command,
        String causation,
        String correlation,
        @Nullable String request,
        String channel,
        @Nullable Rule rule,
        String tenant,
        String writer,
        @Nullable ImportedRow imported,
        @Nullable String traceparent) {

    public static final String TENANT = "main";

    /** The one key under which it travels in the metadata of commands and events. */
    public static final String KEY = "envelope";

    /** Without a trace. */
    public Envelope(
            Actor actor,
            @Nullable String client,
            @Nullable UUID onBehalfOf,
            String command,
            String causation,
            String correlation,
            @Nullable String request,
            String channel,
            @Nullable Rule rule,
            String tenant,
            String writer,
            @Nullable ImportedRow imported) {
        this(
                actor,
                client,
                onBehalfOf,
                command,
                causation,
                correlation,
                request,
                channel,
                rule,
                tenant,
                writer,
                imported,
                null);
    }

    /** The same, stored by a traced span. */
    public Envelope tracedBy(String newTraceparent) {
        return new Envelope(
                actor,
                client,
                onBehalfOf,
                command,
                causation,
                correlation,
                request,
                channel,
                rule,
                tenant,
                writer,
                imported,
                newTraceparent);
    }

    /**
     * Of an event that nobody commanded: it begins a log or goes on with one.
     *
     * @param id command, cause and correlation in one
     * @param writer build that stores it
     */
    public static Envelope ofSystem(String id, String writer) {
        return new Envelope(
                new Actor(ActorKind.SYSTEM, null, List.of()),
                null,
                null,
                id,
                id,
                id,
                null,
                "API",
                null,
                TENANT,
                writer,
                null);
    }

    /**
     * @param kind one of VOCABULARY's actor kinds
     * @param person null for SYSTEM, RULE and for an import's unknown people
     * @param roles the actor's roles at that moment, sorted
     */
    public record Actor(ActorKind kind, @Nullable UUID person, List<String> roles) {}

    /** @param version the rule's version that acted */
    public record Rule(String id, int version) {}

    /**
     * @param importId the import run
     * @param source the system the row comes from
     * @param row ordinal of the row within its case, from 1: the row's identity is (source, case, row)
     * @param line line of the file, from 1 with the header as line 1
     */
    public record ImportedRow(UUID importId, String source, int row, long line) {}
}
