package dev.hindsight.command.people;

import static java.util.Objects.requireNonNull;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.PersonEvent;
import java.util.Optional;
import java.util.function.Function;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** A person's stream; the domain decides. */
public class PersonAggregate {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String id;

    private @Nullable Person person;

    /** For Axon, before the first event. */
    protected PersonAggregate() {}

    PersonAggregate(PersonEvent registered) {
        apply(registered);
    }

    /** Answers what happened, if anything. */
    public Optional<PersonEvent> decide(Function<Person, Optional<PersonEvent>> decision) {
        var decided = decision.apply(person());
        decided.ifPresent(event -> apply(event));
        return decided;
    }

    /** As this unit of work sees them. */
    public Person person() {
        return requireNonNull(person, "a person begins with PersonRegistered");
    }

    @EventSourcingHandler
    void on(PersonEvent event) {
        id = event.streamId();
        person = Person.evolve(person, event);
    }
}
