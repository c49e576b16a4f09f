package dev.hindsight.command.erasure;

import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.erasure.DataKeyErasure.Doubt;
import dev.hindsight.command.erasure.ErasureCommand.DecideErasure;
import dev.hindsight.command.erasure.ErasureCommand.FinishErasure;
import dev.hindsight.command.erasure.ErasureCommand.GoOnWithErasure;
import dev.hindsight.command.erasure.ErasureCommand.HoldOrganization;
import dev.hindsight.command.erasure.ErasureCommand.HoldPerson;
import dev.hindsight.command.erasure.ErasureCommand.RequestErasure;
import dev.hindsight.command.erasure.ErasureCommand.RunRetention;
import dev.hindsight.command.people.OrganizationAggregate;
import dev.hindsight.command.people.PersonAggregate;
import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.ticket.Ticket;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets people. The key ends in the transaction of {@code PersonalDataErased}, and so does what leads from an address
 * or a token to the person: whoever comes with it next is somebody new.
 */
public final class ErasureHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ErasureHandler.class);

    private final Repository<PersonAggregate> people;
    private final Repository<OrganizationAggregate> organizations;
    private final Erasures erasures;
    private final LegalHolds holds;
    private final WhatHolds whatHolds;
    private final DataKeyErasure keys;
    private final PersonIndex index;
    private final RetentionRuns runs;

    ErasureHandler(
            Repository<PersonAggregate> people,
            Repository<OrganizationAggregate> organizations,
            Erasures erasures,
            LegalHolds holds,
            WhatHolds whatHolds,
            DataKeyErasure keys,
            PersonIndex index,
            RetentionRuns runs) {
        this.people = people;
        this.organizations = organizations;
        this.erasures = erasures;
        this.holds = holds;
        this.whatHolds = whatHolds;
        this.keys = keys;
        this.index = index;
        this.runs = runs;
    }

    @CommandHandler
    Receipt handle(RequestErasure c) {
        return decided(
                c.personId(),
                state -> state.requestErasure(c.erasureId(), c.by(), c.reason(), c.approvalNeeded(), c.at()),
                c.doubts(),
                c.at());
    }

    @CommandHandler
    Receipt handle(DecideErasure c) {
        return decided(
                c.personId(),
                state -> state.decideErasure(c.erasureId(), c.by(), c.approve(), c.at()),
                c.doubts(),
                c.at());
    }

    @CommandHandler
    Receipt handle(GoOnWithErasure c) {
        return decided(c.personId(), state -> Optional.empty(), c.doubts(), c.at());
    }

    @CommandHandler
    Receipt handle(FinishErasure c) {
        var person = people.load("person-" + c.personId());
        decide(person, state -> state.finishErasure(c.erasureId(), c.done(), c.notPossible(), c.at()));
        return receipt(person);
    }

    @CommandHandler
    Receipt handle(HoldPerson c) {
        holds.lock();
        var person = people.load("person-" + c.personId());
        decide(
                person,
                state -> c.placed() ? state.placeHold(c.reason(), c.at()) : state.releaseHold(c.reason(), c.at()));
        return receipt(person);
    }

    @CommandHandler
    Receipt handle(HoldOrganization c) {
        holds.lock();
        var organization = organizations.load("organization-" + c.organizationId());
        organization.invoke(o -> o.hold(c.placed(), c.reason(), c.at())).ifPresent(holds::follow);
        return Receipt.written(organization.identifierAsString(), organization.version() + 1);
    }

    /** Nothing of it is in the log but what it then erases. */
    @CommandHandler
    Receipt handle(RunRetention c) {
        return Receipt.written("retention-" + runs.ask(c.runId(), c.by()).id(), 1);
    }

    /** What was decided, and the erasure itself where nothing stands in its way any more. */
    private Receipt decided(UUID id, Function<Person, Optional<PersonEvent>> decision, List<Doubt> doubts, Instant at) {
        holds.lock(); // no change of a requester is under way any more
        doubts.forEach(this::settle);
        var person = people.load("person-" + id);
        decide(person, decision);
        Person state = person.invoke(PersonAggregate::person);
        if (state.mayBeErased() && whatHolds.person(id, state.organization()).isEmpty()) {
            keys.destroyPerson(id);
            index.forget(id);
            decide(person, its -> its.erase(at));
        }
        return receipt(person);
    }

    /** Before holds are looked at and anything ends: its events say whose it is, those without a position included. */
    private void settle(Doubt doubt) {
        Optional<Ticket> ticket;
        try {
            ticket = whatHolds.ticket(doubt.ticket());
        } catch (RuntimeException unreadable) {
            if (doubt.named()) {
                throw unreadable;
            }
            LOG.warn("Ticket {} can't be read; its key goes on saying whose it is", doubt.ticket(), unreadable);
            return;
        }
        ticket.ifPresent(its -> keys.belongsTo(its.id(), its.about().requesterId()));
    }

    private void decide(Aggregate<PersonAggregate> person, Function<Person, Optional<PersonEvent>> decision) {
        person.invoke(p -> p.decide(decision)).ifPresent(event -> {
            erasures.follow(event);
            holds.follow(event);
        });
    }

    private static Receipt receipt(Aggregate<PersonAggregate> person) {
        return Receipt.written(person.identifierAsString(), person.version() + 1);
    }
}
