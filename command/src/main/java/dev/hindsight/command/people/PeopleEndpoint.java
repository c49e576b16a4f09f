package dev.hindsight.command.people;

import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ConfigurationAnswer;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.people.OrganizationHandler.PutOrganization;
import dev.hindsight.command.people.PersonCommand.AppointAgent;
import dev.hindsight.command.people.PersonCommand.ChangePerson;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.EmailAddress;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.UUID;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Admins appoint agents, put organizations, and say who belongs to which. */
@RestController
@RequestMapping("/api/v1")
public final class PeopleEndpoint {

    record AgentBody(@Nullable String name, @Nullable String email) implements WriteBody {}

    /** As in a merge patch; null takes the person out of their organization. */
    record PersonBody(@Nullable JsonNode name, @Nullable JsonNode organization) implements WriteBody {}

    /** @param sharedTickets whether its requesters see each other's tickets; null leaves it as it is */
    record OrganizationBody(@Nullable String name, @Nullable Boolean sharedTickets) implements WriteBody {}

    private final CommandDispatch dispatch;
    private final People people;
    private final EventStore events;
    private final Clock clock;

    public PeopleEndpoint(CommandDispatch dispatch, People people, EventStore events, Clock clock) {
        this.dispatch = dispatch;
        this.people = people;
        this.events = events;
        this.clock = clock;
    }

    @PutMapping("/agents/{person}")
    ResponseEntity<ConfigurationAnswer> putAgent(
            @PathVariable String person, @RequestBody AgentBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.person("person", person, caller);
        String email = body.email() == null ? null : EmailAddress.parse("email", body.email());
        String name = body.name() == null ? null : Admin.name(body.name());
        var answer = dispatch.send(Calls.of(request, caller), new AppointAgent(id, name, email, clock.instant()));
        people.forget(id);
        return ConfigurationAnswer.tell(answer, "/api/v1/people/");
    }

    @PutMapping("/people/{person}")
    ResponseEntity<ConfigurationAnswer> putPerson(
            @PathVariable String person, @RequestBody PersonBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.person("person", person, caller);
        var command = new ChangePerson(
                id,
                Given.set("name", body.name(), Admin::name),
                Given.change("organization", body.organization(), this::organization),
                clock.instant());
        var answer = dispatch.send(Calls.of(request, caller), command);
        people.forget(id);
        return ConfigurationAnswer.tell(answer, "/api/v1/people/");
    }

    private UUID organization(String text) {
        UUID id = Given.id("organization", text);
        if (events.lastSequenceNumberFor("organization-" + id).isEmpty()) {
            throw new InvalidRequest("organization", "is none that we know");
        }
        return id;
    }

    @PutMapping("/organizations/{organization}")
    ResponseEntity<ConfigurationAnswer> putOrganization(
            @PathVariable String organization,
            @RequestBody OrganizationBody body,
            Caller caller,
            HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.id("organization", organization);
        var answer = dispatch.send(
                Calls.of(request, caller),
                new PutOrganization(id, Admin.name(body.name()), body.sharedTickets(), clock.instant()));
        return ConfigurationAnswer.tell(answer, "/api/v1/organizations/");
    }
}
