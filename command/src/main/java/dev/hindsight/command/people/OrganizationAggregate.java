package dev.hindsight.command.people;

import static java.util.Objects.requireNonNull;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import dev.hindsight.domain.people.Organization;
import dev.hindsight.domain.people.OrganizationEvent;
import java.time.Instant;
import java.util.UUID;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** An organization's stream; the domain decides. */
public class OrganizationAggregate {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String id;

    private @Nullable Organization organization;

    /** For Axon, before the first event. */
    protected OrganizationAggregate() {}

    OrganizationAggregate(UUID id, String name, Instant at) {
        apply(Organization.create(id, name, at));
    }

    void rename(String name, Instant at) {
        requireNonNull(organization, "an organization begins with OrganizationCreated")
                .rename(name, at)
                .ifPresent(event -> apply(event));
    }

    @EventSourcingHandler
    void on(OrganizationEvent event) {
        id = event.streamId();
        organization = Organization.evolve(organization, event);
    }
}
