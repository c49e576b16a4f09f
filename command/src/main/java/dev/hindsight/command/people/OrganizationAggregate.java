package dev.hindsight.command.people;

import static java.util.Objects.requireNonNull;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import dev.hindsight.domain.people.Organization;
import dev.hindsight.domain.people.OrganizationEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    OrganizationAggregate(List<OrganizationEvent> beginning) {
        beginning.forEach(event -> apply(event));
    }

    /** Answers what happened. */
    List<OrganizationEvent> put(String name, @Nullable Boolean sharedTickets, Instant at) {
        var events = requireNonNull(organization, "an organization begins with OrganizationCreated")
                .put(name, sharedTickets, at);
        events.forEach(event -> apply(event));
        return events;
    }

    /**
     * Answers what happened, if anything.
     *
     * @param placed false to release
     */
    public Optional<OrganizationEvent> hold(boolean placed, String reason, Instant at) {
        var known = requireNonNull(organization, "an organization begins with OrganizationCreated");
        var event = placed ? known.placeHold(reason, at) : known.releaseHold(reason, at);
        event.ifPresent(it -> apply(it));
        return event;
    }

    @EventSourcingHandler
    void on(OrganizationEvent event) {
        id = event.streamId();
        organization = Organization.evolve(organization, event);
    }
}
