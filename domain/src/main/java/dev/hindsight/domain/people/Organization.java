package dev.hindsight.domain.people;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.people.OrganizationEvent.*;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An organization as decisions see it. Evolved from events alone; immutable.
 *
 * @param lastAt when its last event happened
 */
public record Organization(UUID id, String name, Instant lastAt) {

    public static OrganizationEvent create(UUID id, String name, Instant at) {
        return new OrganizationCreated(id, at.truncatedTo(ChronoUnit.MICROS), name);
    }

    /** Nothing where it is called that already. */
    public Optional<OrganizationEvent> rename(String newName, Instant at) {
        Instant moment = at.truncatedTo(ChronoUnit.MICROS);
        return newName.equals(name)
                ? Optional.empty()
                : Optional.of(new OrganizationChanged(id, moment.isBefore(lastAt) ? lastAt : moment, newName));
    }

    /** @param before null before the first event */
    public static Organization evolve(@Nullable Organization before, OrganizationEvent event) {
        return switch (event) {
            case OrganizationCreated e -> new Organization(e.organizationId(), e.name(), e.at());
            case OrganizationChanged e ->
                new Organization(
                        requireNonNull(before, "an organization begins with OrganizationCreated")
                                .id(),
                        e.name(),
                        e.at());
        };
    }
}
