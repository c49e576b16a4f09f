package dev.hindsight.command.people;

import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ConfigurationAnswer;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.people.OrganizationHandler.PutOrganization;
import dev.hindsight.command.people.PersonCommand.AppointAgent;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.EmailAddress;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admins appoint agents and put organizations. */
@RestController
@RequestMapping("/api/v1")
public final class PeopleEndpoint {

    record AgentBody(@Nullable String name, @Nullable String email) implements WriteBody {}

    record OrganizationBody(@Nullable String name) implements WriteBody {}

    private final CommandDispatch dispatch;
    private final People people;
    private final Clock clock;

    public PeopleEndpoint(CommandDispatch dispatch, People people, Clock clock) {
        this.dispatch = dispatch;
        this.people = people;
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

    @PutMapping("/organizations/{organization}")
    ResponseEntity<ConfigurationAnswer> putOrganization(
            @PathVariable String organization,
            @RequestBody OrganizationBody body,
            Caller caller,
            HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.id("organization", organization);
        var answer = dispatch.send(
                Calls.of(request, caller), new PutOrganization(id, Admin.name(body.name()), clock.instant()));
        return ConfigurationAnswer.tell(answer, "/api/v1/organizations/");
    }
}
