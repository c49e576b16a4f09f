package dev.hindsight.command.people;

import dev.hindsight.command.dispatch.CommandDispatch.Conflict;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.people.PersonCommand.AppointAgent;
import dev.hindsight.command.people.PersonCommand.ChangePerson;
import dev.hindsight.command.people.PersonCommand.RecognizePerson;
import dev.hindsight.command.people.PersonCommand.RegisterImportedPeople;
import dev.hindsight.command.people.PersonCommand.RegisterPerson;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.ticket.Change;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;

/**
 * Registers people once. What makes them one (a token, an address) is claimed in the transaction of the event that
 * says so; of two at once the second meets a {@link Conflict} and finds the first one's person when it looks again.
 */
public final class PeopleHandler {

    private final Repository<PersonAggregate> people;
    private final PersonIndex index;
    private final Consumer<Event> beside;

    /** @param beside told of who joins and leaves organizations, in the transactions of these events */
    public PeopleHandler(Repository<PersonAggregate> people, PersonIndex index, Consumer<Event> beside) {
        this.people = people;
        this.index = index;
        this.beside = beside;
    }

    @CommandHandler
    Receipt handle(RecognizePerson c) {
        Optional<UUID> known = index.byIdentity(c.issuer(), c.subject());
        Aggregate<PersonAggregate> person;
        if (known.isPresent()) {
            person = forToken(known.get());
            verify(person, c.email(), c.at());
        } else {
            Optional<UUID> byEmail = Optional.ofNullable(c.email()).flatMap(index::byEmail);
            if (byEmail.isPresent()) {
                person = forToken(byEmail.get());
                index.claimIdentity(c.issuer(), c.subject(), byEmail.get());
                person.execute(p -> p.decide(state -> Optional.of(state.identify(c.issuer(), c.subject(), c.at()))));
            } else {
                index.claimIdentity(c.issuer(), c.subject(), c.newId());
                person = register(c.newId(), c.name(), c.email(), c.issuer(), c.subject(), c.at());
            }
        }
        String name = c.name();
        if (name != null) {
            person.execute(p -> p.decide(state -> state.rename(name, c.at())));
        }
        if (c.worksTickets()) {
            person.execute(p -> p.decide(state -> state.appointByToken(c.at())));
        }
        return receipt(person, false);
    }

    /** An address that leads to somebody else stays theirs: reads then look for both. */
    private void verify(Aggregate<PersonAggregate> person, @Nullable String email, Instant at) {
        if (email != null && index.byEmail(email).isEmpty()) {
            UUID id = UUID.fromString(person.identifierAsString().substring("person-".length()));
            String before = person.invoke(PersonAggregate::person).email();
            if (before != null) {
                index.releaseEmail(before, id); // addresses are given to others; what they were granted is not
            }
            index.claimEmail(email, id);
            person.execute(p -> p.decide(state -> state.verify(email, at)));
        }
    }

    /** Also called inside the unit of work of a command that names somebody new. */
    @CommandHandler
    Receipt handle(RegisterPerson c) {
        return receipt(register(c.personId(), c.name(), c.email(), null, null, c.at()), true);
    }

    @CommandHandler
    Receipt handle(AppointAgent c) {
        Aggregate<PersonAggregate> person;
        boolean made = false;
        try {
            person = load(c.personId());
            checkAddress(person.invoke(PersonAggregate::person), c.email());
        } catch (AggregateNotFoundException unknown) {
            if (c.email() != null && index.byEmail(c.email()).isPresent()) {
                throw new Refusal("EMAIL_TAKEN", "Somebody is known by this address already: appoint that person.");
            }
            person = register(c.personId(), c.name(), c.email(), null, null, c.at());
            made = true;
        }
        String name = c.name();
        if (name != null) {
            person.execute(p -> p.decide(state -> state.rename(name, c.at())));
        }
        person.execute(p -> p.decide(state -> state.appoint(c.at())));
        return receipt(person, made);
    }

    @CommandHandler
    Receipt handle(ChangePerson c) {
        Aggregate<PersonAggregate> person = load(c.personId());
        String name = c.name();
        if (name != null) {
            person.execute(p -> p.decide(state -> state.rename(name, c.at())));
        }
        Change<UUID> organization = c.organization();
        if (organization != null) {
            person.invoke(p -> p.decide(state -> state.belongTo(organization.to(), c.at())))
                    .ifPresent(beside);
        }
        return receipt(person, false);
    }

    /** All in one unit of work; the receipt is that of one of them. */
    @CommandHandler
    Receipt handle(RegisterImportedPeople c) {
        var known = index.byImportedNames(c.source(), c.people().keySet());
        Receipt receipt =
                Receipt.written("person-" + c.people().values().iterator().next(), 0);
        for (var named : c.people().entrySet()) {
            if (known.containsKey(named.getKey())) {
                continue;
            }
            index.claimImportedName(c.source(), named.getKey(), named.getValue());
            String name = PlainText.repairedLine(named.getKey());
            var registered = new PersonRegistered(
                    named.getValue(),
                    c.at().truncatedTo(ChronoUnit.MICROS),
                    name.isEmpty() ? null : name,
                    null,
                    null,
                    null,
                    c.source(),
                    named.getKey());
            receipt = receipt(begin(registered), true);
        }
        return receipt;
    }

    private static void checkAddress(Person person, @Nullable String email) {
        if (email != null && !email.equals(person.email())) {
            throw new InvalidRequest("email", "must be the one that this person is known by");
        }
    }

    private Aggregate<PersonAggregate> register(
            UUID id,
            @Nullable String name,
            @Nullable String email,
            @Nullable String issuer,
            @Nullable String subject,
            Instant at) {
        if (email != null) {
            index.claimEmail(email, id);
        }
        var registered =
                new PersonRegistered(id, at.truncatedTo(ChronoUnit.MICROS), name, email, issuer, subject, null, null);
        return begin(registered);
    }

    private Aggregate<PersonAggregate> begin(PersonRegistered registered) {
        try {
            return people.newInstance(() -> new PersonAggregate(registered));
        } catch (RuntimeException unchecked) {
            throw unchecked;
        } catch (Exception checked) {
            throw new IllegalStateException("a person could not be registered", checked);
        }
    }

    /** @throws dev.hindsight.domain.Refusal {@code PERSON_ERASED} */
    private Aggregate<PersonAggregate> load(UUID id) {
        var person = people.load("person-" + id);
        person.execute(p -> p.person().remembered());
        return person;
    }

    /** The index led here a moment ago; somebody who was forgotten meanwhile is looked up again, and not found. */
    private Aggregate<PersonAggregate> forToken(UUID id) {
        var person = people.load("person-" + id);
        if (person.invoke(PersonAggregate::person).privacy().erased()) {
            throw new Conflict("the person was forgotten at the same moment");
        }
        return person;
    }

    private static Receipt receipt(Aggregate<PersonAggregate> person, boolean made) {
        long version = person.version() + 1;
        return made
                ? Receipt.made(person.identifierAsString(), version)
                : Receipt.written(person.identifierAsString(), version);
    }
}
