package dev.hindsight.domain.people;

import dev.hindsight.domain.Event;
import java.time.Instant;
import java.util.UUID;

/** What happens to an organization: the requesters of one customer. Stream {@code organization-{organizationId}}. */
public sealed interface OrganizationEvent extends Event {

    UUID organizationId();

    @Override
    default String streamId() {
        return "organization-" + organizationId();
    }

    record OrganizationCreated(UUID organizationId, Instant at, String name) implements OrganizationEvent {}

    record OrganizationChanged(UUID organizationId, Instant at, String name) implements OrganizationEvent {}

    /** From now on its requesters see each other's tickets. */
    record OrganizationTicketsShared(UUID organizationId, Instant at) implements OrganizationEvent {}

    /** From now on its requesters see only their own. */
    record OrganizationTicketsUnshared(UUID organizationId, Instant at) implements OrganizationEvent {}

    /** Nothing of its members and its tickets is erased until the hold is released. */
    record LegalHoldPlaced(UUID organizationId, Instant at, String reason) implements OrganizationEvent {}

    record LegalHoldReleased(UUID organizationId, Instant at, String reason) implements OrganizationEvent {}
}
