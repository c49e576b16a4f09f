package dev.hindsight.domain.people;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.people.OrganizationEvent.*;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An organization as decisions see it. Evolved from events alone; immutable.
 *
 * @param sharedTickets whether its requesters see each other's tickets
 * @param held whether nothing of its members and tickets may be erased
 * @param lastAt when its last event happened
 */
public record Organization(UUID id, String name, boolean sharedTickets, boolean held, Instant lastAt) {

    /** @param sharedTickets null for not */
    public static List<OrganizationEvent> create(UUID id, String name, @Nullable Boolean sharedTickets, Instant at) {
        Instant moment = at.truncatedTo(ChronoUnit.MICROS);
        var events = new ArrayList<OrganizationEvent>();
        events.add(new OrganizationCreated(id, moment, name));
        if (Boolean.TRUE.equals(sharedTickets)) {
            events.add(new OrganizationTicketsShared(id, moment));
        }
        return events;
    }

    /**
     * Nothing where it is so already.
     *
     * @param shared null leaves it as it is
     */
    public List<OrganizationEvent> put(String newName, @Nullable Boolean shared, Instant at) {
        Instant moment = notBefore(at);
        var events = new ArrayList<OrganizationEvent>();
        if (!newName.equals(name)) {
            events.add(new OrganizationChanged(id, moment, newName));
        }
        if (shared != null && shared != sharedTickets) {
            events.add(
                    shared ? new OrganizationTicketsShared(id, moment) : new OrganizationTicketsUnshared(id, moment));
        }
        return events;
    }

    /** Nothing where it is held already. */
    public Optional<OrganizationEvent> placeHold(String reason, Instant at) {
        return held ? Optional.empty() : Optional.of(new LegalHoldPlaced(id, notBefore(at), reason));
    }

    /** Nothing where it is not held. */
    public Optional<OrganizationEvent> releaseHold(String reason, Instant at) {
        return held ? Optional.of(new LegalHoldReleased(id, notBefore(at), reason)) : Optional.empty();
    }

    private Instant notBefore(Instant at) {
        Instant moment = at.truncatedTo(ChronoUnit.MICROS);
        return moment.isBefore(lastAt) ? lastAt : moment;
    }

    /** @param before null before the first event */
    public static Organization evolve(@Nullable Organization before, OrganizationEvent event) {
        return switch (event) {
            case OrganizationCreated e -> new Organization(e.organizationId(), e.name(), false, false, e.at());
            case OrganizationChanged e ->
                begun(before).with(e.name(), begun(before).sharedTickets(), e.at());
            case OrganizationTicketsShared e -> begun(before).with(begun(before).name(), true, e.at());
            case OrganizationTicketsUnshared e ->
                begun(before).with(begun(before).name(), false, e.at());
            case LegalHoldPlaced e -> begun(before).held(true, e.at());
            case LegalHoldReleased e -> begun(before).held(false, e.at());
        };
    }

    private static Organization begun(@Nullable Organization before) {
        return requireNonNull(before, "an organization begins with OrganizationCreated");
    }

    private Organization with(String newName, boolean shared, Instant at) {
        return new Organization(id, newName, shared, held, at);
    }

    private Organization held(boolean now, Instant at) {
        return new Organization(id, name, sharedTickets, now, at);
    }
}
