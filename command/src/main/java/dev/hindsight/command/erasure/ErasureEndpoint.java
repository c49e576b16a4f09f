package dev.hindsight.command.erasure;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ConfigurationAnswer;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.ReasonBody;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Once;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.command.erasure.ErasureAnswer.Obstacle;
import dev.hindsight.command.erasure.ErasureCommand.DecideErasure;
import dev.hindsight.command.erasure.ErasureCommand.HoldOrganization;
import dev.hindsight.command.erasure.ErasureCommand.HoldPerson;
import dev.hindsight.command.erasure.ErasureCommand.RequestErasure;
import dev.hindsight.command.erasure.Erasures.Row;
import dev.hindsight.command.erasure.Erasures.State;
import dev.hindsight.command.people.People;
import dev.hindsight.command.reversion.Reversion;
import dev.hindsight.command.reversion.Reversions;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.PersonEvent.ErasureFinished;
import dev.hindsight.domain.people.PersonEvent.ErasureRequested;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admins have people forgotten, agree to it as a second person, and hold people and organizations. */
@RestController
@RequestMapping("/api/v1")
public final class ErasureEndpoint {

    /** @param approve true to agree, false to decline */
    record ApprovalBody(@Nullable Boolean approve) implements WriteBody {}

    /** What waits for a second person. */
    record ApprovalList(List<Approval> items) {}

    /**
     * @param kind ERASURE or REVERSION
     * @param person whose erasure it is, null for others
     * @param askedBy null where nobody known did
     */
    record Approval(
            UUID id,
            String kind,
            @Nullable UUID person,
            String reason,
            @Nullable UUID askedBy,
            java.time.Instant askedAt) {}

    /** What became of an order that waited for a second person. */
    record Approved(UUID id, String kind, String state) {}

    private static final String PEOPLE = "/api/v1/people/";
    private static final String REVERSION = "REVERSION";

    private final CommandDispatch dispatch;
    private final Erasures erasures;
    private final WhatHolds whatHolds;
    private final DataKeyErasure keys;
    private final Reversions reversions;
    private final People people;
    private final EventStore events;
    private final Remembered remembered;
    private final boolean approvalNeeded;
    private final Runnable onChange;
    private final Clock clock;

    /** @param onChange told when there may be something to do */
    public ErasureEndpoint(
            CommandDispatch dispatch,
            Erasures erasures,
            WhatHolds whatHolds,
            DataKeyErasure keys,
            Reversions reversions,
            People people,
            EventStore events,
            Remembered remembered,
            boolean approvalNeeded,
            Runnable onChange,
            Clock clock) {
        this.dispatch = dispatch;
        this.erasures = erasures;
        this.whatHolds = whatHolds;
        this.keys = keys;
        this.reversions = reversions;
        this.people = people;
        this.events = events;
        this.remembered = remembered;
        this.approvalNeeded = approvalNeeded;
        this.onChange = onChange;
        this.clock = clock;
    }

    @PostMapping("/people/{person}/erasure")
    ResponseEntity<ErasureAnswer> erasePerson(
            @PathVariable String person, @RequestBody ReasonBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.person("person", person, caller);
        var command = new RequestErasure(
                id,
                UuidCreator.getTimeOrderedEpochPlus1(),
                caller.person(),
                body.line(),
                approvalNeeded,
                keys.doubtful(id),
                clock.instant());
        Answer answer = dispatch.send(Calls.of(request, caller), command);
        return changed(id, answer);
    }

    @GetMapping("/people/{person}/erasure")
    ErasureAnswer readErasure(@PathVariable String person, Caller caller) {
        Admin.only(caller);
        return answer(row(Given.person("person", person, caller)));
    }

    @GetMapping("/approvals")
    ApprovalList listApprovals(Caller caller) {
        Admin.only(caller);
        return new ApprovalList(Stream.concat(
                        erasures.in(State.WAITING_FOR_APPROVAL).stream()
                                .map(row -> new Approval(
                                        row.id(), "ERASURE", row.person(), row.reason(), row.askedBy(), row.askedAt())),
                        reversions.in(Reversion.State.WAITING_FOR_APPROVAL).stream()
                                .map(job -> new Approval(
                                        job.id(),
                                        REVERSION,
                                        null,
                                        job.reason(),
                                        job.orderedBy().person(),
                                        job.orderedAt())))
                .toList());
    }

    @PostMapping("/approvals/{approvalId}")
    ResponseEntity<?> decideApproval(
            @PathVariable String approvalId,
            @RequestBody ApprovalBody body,
            Caller caller,
            HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.id("approvalId", approvalId);
        boolean approve = Given.required("approve", body.approve());
        Call call = Calls.of(request, caller);
        Row asked = erasures.byId(id)
                .or(() -> remembered.earlier(call.key()).flatMap(done -> declined(done, id)))
                .orElse(null);
        if (asked == null) {
            return decideReversion(id, approve, call, caller);
        }
        Answer answer = dispatch.send(
                call,
                new DecideErasure(
                        asked.person(), id, caller.person(), approve, keys.doubtful(asked.person()), clock.instant()));
        return approve ? changed(asked.person(), answer) : told(HttpStatus.OK, answer, declined(asked));
    }

    private ResponseEntity<Approved> decideReversion(UUID id, boolean approve, Call call, Caller caller) {
        if (reversions.find(id).isEmpty()) {
            throw new NotFound("There is no such approval.");
        }
        Answer answer = dispatch.send(call, new Once(() -> {
            reversions.decide(id, caller.person(), approve);
            return Receipt.written("reversion-" + id, 1);
        }));
        return Answers.replayed(ResponseEntity.status(approve ? HttpStatus.ACCEPTED : HttpStatus.OK), answer.replayed())
                .body(new Approved(id, REVERSION, reversions.read(id).state().name()));
    }

    /** Of an erasure that was declined before nothing but events is left. */
    private Optional<Row> declined(Receipt done, UUID id) {
        return events.readEvents(done.stream())
                .asStream()
                .map(event -> event.getPayload() instanceof ErasureRequested e
                                && e.erasureId().equals(id)
                        ? e
                        : null)
                .filter(Objects::nonNull)
                .map(e -> new Row(
                        e.personId(),
                        id,
                        State.WAITING_FOR_APPROVAL,
                        e.askedBy(),
                        e.reason(),
                        e.at(),
                        null,
                        null,
                        null,
                        null))
                .findFirst();
    }

    /** A request that was declined is over, so that there is nothing to wait for. */
    private static ErasureAnswer declined(Row asked) {
        return of(asked, List.of(), Map.of(), Map.of());
    }

    @PutMapping("/people/{person}/legal-hold")
    ResponseEntity<ConfigurationAnswer> holdPerson(
            @PathVariable String person, @RequestBody ReasonBody body, Caller caller, HttpServletRequest request) {
        return holdPerson(true, person, body, caller, request);
    }

    @DeleteMapping("/people/{person}/legal-hold")
    ResponseEntity<ConfigurationAnswer> releasePerson(
            @PathVariable String person, @RequestBody ReasonBody body, Caller caller, HttpServletRequest request) {
        return holdPerson(false, person, body, caller, request);
    }

    private ResponseEntity<ConfigurationAnswer> holdPerson(
            boolean placed, String person, ReasonBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var command = new HoldPerson(Given.person("person", person, caller), placed, body.line(), clock.instant());
        Answer answer = dispatch.send(Calls.of(request, caller), command);
        onChange.run();
        return ConfigurationAnswer.tell(answer, PEOPLE);
    }

    @PutMapping("/organizations/{organization}/legal-hold")
    ResponseEntity<ConfigurationAnswer> holdOrganization(
            @PathVariable String organization,
            @RequestBody ReasonBody body,
            Caller caller,
            HttpServletRequest request) {
        return holdOrganization(true, organization, body, caller, request);
    }

    @DeleteMapping("/organizations/{organization}/legal-hold")
    ResponseEntity<ConfigurationAnswer> releaseOrganization(
            @PathVariable String organization,
            @RequestBody ReasonBody body,
            Caller caller,
            HttpServletRequest request) {
        return holdOrganization(false, organization, body, caller, request);
    }

    private ResponseEntity<ConfigurationAnswer> holdOrganization(
            boolean placed, String organization, ReasonBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var command =
                new HoldOrganization(Given.id("organization", organization), placed, body.line(), clock.instant());
        Answer answer = dispatch.send(Calls.of(request, caller), command);
        onChange.run();
        return ConfigurationAnswer.tell(answer, "/api/v1/organizations/");
    }

    private ResponseEntity<ErasureAnswer> changed(UUID person, Answer answer) {
        people.forget(person);
        onChange.run();
        var told = answer(row(person));
        return told(told.state() == State.DONE ? HttpStatus.OK : HttpStatus.ACCEPTED, answer, told);
    }

    private static ResponseEntity<ErasureAnswer> told(HttpStatus status, Answer answer, ErasureAnswer told) {
        var response = ResponseEntity.status(status);
        if (status == HttpStatus.ACCEPTED) {
            response.header("Location", PEOPLE + told.person() + "/erasure");
        }
        return Answers.replayed(response, answer.replayed()).body(told);
    }

    private Row row(UUID person) {
        return erasures.of(person).orElseThrow(() -> new NotFound("Nobody asked to forget this person."));
    }

    private ErasureAnswer answer(Row row) {
        var waitsFor = new ArrayList<Obstacle>();
        if (row.state() == State.WAITING_FOR_APPROVAL) {
            waitsFor.add(new Obstacle("APPROVAL", row.id(), row.askedAt(), row.reason()));
        }
        if (row.state() == State.WAITING_FOR_APPROVAL || row.state() == State.WAITING) {
            UUID organization =
                    people.find(row.person()).map(Person::organization).orElse(null);
            whatHolds.person(row.person(), organization).stream()
                    .map(Obstacle::of)
                    .forEach(waitsFor::add);
        }
        Map<String, String> done = Map.of();
        Map<String, String> notPossible = Map.of();
        if (row.state() == State.DONE) {
            var history = events.readEvents("person-" + row.person());
            while (history.hasNext()) {
                if (history.next().getPayload() instanceof ErasureFinished receipt) {
                    done = receipt.done();
                    notPossible = receipt.notPossible();
                }
            }
        }
        return of(row, waitsFor, done, notPossible);
    }

    private static ErasureAnswer of(
            Row row, List<Obstacle> waitsFor, Map<String, String> done, Map<String, String> notPossible) {
        return new ErasureAnswer(
                row.id(),
                row.person(),
                row.state(),
                row.reason(),
                row.askedBy(),
                row.askedAt(),
                row.approvedBy(),
                row.erasedAt(),
                row.finishedAt(),
                waitsFor,
                done,
                notPossible,
                row.fault());
    }
}
