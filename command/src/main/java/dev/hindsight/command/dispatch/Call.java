package dev.hindsight.command.dispatch;

import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One call that leads to a command: who, how, and with which expectations.
 *
 * @param client the OAuth client that the call came through, where known
 * @param onBehalfOf whom it is done for, where that is another than the actor
 * @param correlation shared by everything that the call sets off
 * @param request id of the HTTP request, where there is one
 * @param channel how it reached us: a name of VOCABULARY's channels
 * @param key remembers the success; null without an {@code Idempotency-Key}
 */
public record Call(
        Actor actor,
        @Nullable String client,
        @Nullable UUID onBehalfOf,
        String correlation,
        @Nullable String request,
        String channel,
        @Nullable IdempotencyKey key,
        Expected expected) {

    /** A caller as events record it: roles in lower case, sorted. */
    public static Actor actor(Caller caller) {
        return new Actor(
                caller.actorKind(),
                caller.person(),
                caller.roles().stream()
                        .map(Role::name)
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList());
    }

    public Call on(String newChannel) {
        return new Call(actor, client, onBehalfOf, correlation, request, newChannel, key, expected);
    }

    public Call onBehalfOf(@Nullable UUID person) {
        return new Call(actor, client, person, correlation, request, channel, key, expected);
    }
}
