package dev.hindsight.domain.people;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: a registered person (or client) with the roles that the token gives at this moment.
 *
 * @param person the registered person behind the token; a verified e-mail address leads to the person known by it
 * @param sameAddress somebody else who is known by the token's verified e-mail address, named on tickets before this
 *     person verified it: what they requested is this caller's too; null mostly
 * @param roles never empty
 * @param client OAuth client id of the token, where it has one
 */
public record Caller(
        UUID person,
        @Nullable UUID sameAddress,
        Set<Role> roles,
        @Nullable String client) {

    public Caller {
        roles = Set.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("a caller has at least one role");
        }
    }

    public Caller(UUID person, Set<Role> roles, @Nullable String client) {
        this(person, null, roles, client);
    }

    /** The people whose tickets are this caller's own: one or two. */
    public Set<UUID> requesters() {
        return sameAddress == null ? Set.of(person) : Set.of(person, sameAddress);
    }

    public boolean is(Role role) {
        return roles.contains(role);
    }

    /** Agents and supervisors work tickets. */
    public boolean worksTickets() {
        return is(Role.AGENT) || is(Role.SUPERVISOR);
    }

    /** Whether every ticket content is readable: those who work tickets (narrowed by queue grants) and auditors. */
    public boolean readsAllTickets() {
        return worksTickets() || is(Role.AUDITOR);
    }

    /** The role under which an act of this caller is recorded. */
    public ActorKind actorKind() {
        if (is(Role.SUPERVISOR)) {
            return ActorKind.SUPERVISOR;
        } else if (is(Role.AGENT)) {
            return ActorKind.AGENT;
        } else if (is(Role.ADMIN)) {
            return ActorKind.ADMIN;
        } else if (is(Role.OPERATOR)) {
            return ActorKind.OPERATOR;
        } else if (is(Role.AUDITOR)) {
            return ActorKind.AUDITOR;
        } else if (is(Role.CLIENT)) {
            return ActorKind.CLIENT;
        }
        return ActorKind.REQUESTER;
    }

    /** This caller as events record it: roles in lower case, sorted. */
    public Envelope.Actor actor() {
        return new Envelope.Actor(
                actorKind(),
                person,
                roles.stream()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList());
    }
}
