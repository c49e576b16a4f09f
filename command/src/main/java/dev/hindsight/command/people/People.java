package dev.hindsight.command.people;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.StreamStates;
import dev.hindsight.command.people.PersonCommand.RecognizePerson;
import dev.hindsight.command.people.PersonCommand.RegisterPerson;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.EmailAddress;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.ticket.Channel;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/** Who people are. Safe for concurrent use; what it remembers in process is at most some seconds old. */
public final class People {

    private static final Actor SYSTEM = new Actor(ActorKind.SYSTEM, null, List.of());

    private final CommandDispatch dispatch;
    private final PersonIndex index;
    private final PeopleHandler handler;
    private final Clock clock;
    private final StreamStates<Person> states;
    private final Cache<String, UUID> byEmail = Caffeine.newBuilder()
            .maximumSize(20_000)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    public People(CommandDispatch dispatch, EventStore events, PersonIndex index, PeopleHandler handler, Clock clock) {
        this.dispatch = dispatch;
        this.index = index;
        this.handler = handler;
        this.clock = clock;
        this.states = new StreamStates<>(events, (before, event) -> Person.evolve(before, (PersonEvent) event));
    }

    /**
     * Who is behind a token.
     *
     * @param sameAddress somebody else who is known by the token's verified address; null mostly
     */
    public record Recognized(UUID person, @Nullable UUID sameAddress) {}

    /**
     * The person behind an accepted token: registered at the first one, identified where the verified address is known,
     * renamed where the token's name changed, given the verified address where nobody has it, appointed where the token
     * gives a role that works tickets.
     *
     * @param verifiedEmail null unless the issuer says that it verified the address
     */
    public Recognized personOf(
            String issuer,
            String subject,
            @Nullable String verifiedEmail,
            @Nullable String name,
            boolean worksTickets) {
        String email =
                verifiedEmail == null ? null : EmailAddress.of(verifiedEmail).orElse(null);
        String line = name == null ? "" : PlainText.repairedLine(name);
        var recognize = new RecognizePerson(
                UuidCreator.getTimeOrderedEpochPlus1(),
                issuer,
                subject,
                email,
                line.isEmpty() ? null : line,
                worksTickets,
                clock.instant());
        String correlation = UuidCreator.getTimeOrderedEpochPlus1().toString();
        var call = new Call(SYSTEM, null, null, correlation, null, Channel.API.name(), null, new Expected.Nothing());
        UUID person = UUID.fromString(dispatch.send(call, recognize).receipt().id());
        states.forget(stream(person));
        return new Recognized(
                person,
                email == null
                        ? null
                        : index.byEmail(email)
                                .filter(owner -> !owner.equals(person))
                                .orElse(null));
    }

    /**
     * Somebody named by address.
     *
     * @param registration what has to happen in the naming command's unit of work, where they are new
     */
    public record Named(UUID person, Runnable registration) {}

    /**
     * Finds the person with an address, or prepares their registration.
     *
     * @param email as {@link EmailAddress} keeps it
     */
    public Named named(String email, @Nullable String name) {
        UUID known = byEmail.getIfPresent(email);
        if (known != null
                && find(known).filter(person -> email.equals(person.email())).isEmpty()) {
            byEmail.invalidate(email); // they have another address now
            known = null;
        }
        if (known == null) {
            known = index.byEmail(email).orElse(null);
            if (known != null) {
                byEmail.put(email, known);
            }
        }
        if (known != null) {
            return new Named(known, () -> {});
        }
        var register = new RegisterPerson(UuidCreator.getTimeOrderedEpochPlus1(), name, email, clock.instant());
        return new Named(register.personId(), () -> handler.handle(register));
    }

    /** What is known of a person, at most some seconds old. */
    public Optional<Person> find(UUID person) {
        return states.of(stream(person));
    }

    /** Has changed: read it anew. */
    public void forget(UUID person) {
        states.forget(stream(person));
        byEmail.asMap().values().removeIf(person::equals);
    }

    private static String stream(UUID person) {
        return "person-" + person;
    }
}
