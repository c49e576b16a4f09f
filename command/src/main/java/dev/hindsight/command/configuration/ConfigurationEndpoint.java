package dev.hindsight.command.configuration;

import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ConfigurationAnswer;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.configuration.ConfigurationCommand.AddTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.GrantQueueAccess;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.configuration.ConfigurationCommand.PutTeam;
import dev.hindsight.command.configuration.ConfigurationCommand.RemoveTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.RevokeQueueAccess;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.people.People;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.Configured;
import dev.hindsight.domain.configuration.FieldDefinition;
import dev.hindsight.domain.configuration.FieldType;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Person;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admins put queues, categories, custom fields and teams, and grant queues. */
@RestController
@RequestMapping("/api/v1")
public final class ConfigurationEndpoint {

    /** @param access OPEN or RESTRICTED; null leaves it as it is */
    record QueueBody(@Nullable String name, @Nullable String access) implements WriteBody {}

    record GrantBody(@Nullable Boolean read, @Nullable Boolean work) implements WriteBody {}

    record TeamBody(@Nullable String name) implements WriteBody {}

    record CategoryBody(@Nullable String name, @Nullable String parent) implements WriteBody {}

    record FieldBody(
            @Nullable String name,
            @Nullable String type,
            @Nullable List<@Nullable String> options) implements WriteBody {}

    private static final String QUEUES = "/api/v1/queues/";
    private static final String TEAMS = "/api/v1/teams/";
    private static final String PERSON_OR_TEAM = "personOrTeam";

    private final CommandDispatch dispatch;
    private final KnownConfiguration configuration;
    private final People people;
    private final Clock clock;

    public ConfigurationEndpoint(
            CommandDispatch dispatch, KnownConfiguration configuration, People people, Clock clock) {
        this.dispatch = dispatch;
        this.configuration = configuration;
        this.people = people;
        this.clock = clock;
    }

    @PutMapping("/queues/{queue}")
    ResponseEntity<ConfigurationAnswer> putQueue(
            @PathVariable String queue, @RequestBody QueueBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var command = new PutQueue(
                Configured.newKey("queue", queue), Admin.name(body.name()), restricted(body.access()), clock.instant());
        return put(command, QUEUES, caller, request);
    }

    private static @Nullable Boolean restricted(@Nullable String access) {
        if (access == null) {
            return null;
        }
        return switch (access.strip().toUpperCase(Locale.ROOT)) {
            case "OPEN" -> false;
            case "RESTRICTED" -> true;
            default -> throw new InvalidRequest("access", "must be OPEN or RESTRICTED");
        };
    }

    @PutMapping("/queues/{queue}/grants/{personOrTeam}")
    ResponseEntity<ConfigurationAnswer> grantQueueAccess(
            @PathVariable String queue,
            @PathVariable String personOrTeam,
            @RequestBody GrantBody body,
            Caller caller,
            HttpServletRequest request) {
        Admin.only(caller);
        if (!Given.required("read", body.read())) {
            throw new InvalidRequest("read", "must be true: nobody works what they do not read; DELETE revokes");
        }
        boolean work = Given.required("work", body.work());
        String holder = holder(personOrTeam, caller);
        if (Rights.person(holder).isEmpty()) {
            configuration.team(PERSON_OR_TEAM, holder);
        } else if (people.find(UUID.fromString(holder)).isEmpty()) {
            throw new InvalidRequest(PERSON_OR_TEAM, "is nobody we know");
        }
        var command = new GrantQueueAccess(Configured.key("queue", queue), holder, work, clock.instant());
        return put(command, QUEUES, caller, request);
    }

    @DeleteMapping("/queues/{queue}/grants/{personOrTeam}")
    ResponseEntity<ConfigurationAnswer> revokeQueueAccess(
            @PathVariable String queue, @PathVariable String personOrTeam, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var command =
                new RevokeQueueAccess(Configured.key("queue", queue), holder(personOrTeam, caller), clock.instant());
        return put(command, QUEUES, caller, request);
    }

    /** As grants keep it: a person's id in lower case, or a team's key. */
    private static String holder(String personOrTeam, Caller caller) {
        return personOrTeam.equals("me")
                ? caller.person().toString()
                : Configured.key(PERSON_OR_TEAM, personOrTeam.toLowerCase(Locale.ROOT));
    }

    @PutMapping("/teams/{team}")
    ResponseEntity<ConfigurationAnswer> putTeam(
            @PathVariable String team, @RequestBody TeamBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        String key = Configured.newKey("team", team);
        if (Rights.person(key).isPresent()) {
            throw new InvalidRequest("team", "must not look like a person");
        }
        return put(new PutTeam(key, Admin.name(body.name()), clock.instant()), TEAMS, caller, request);
    }

    @PutMapping("/teams/{team}/members/{person}")
    ResponseEntity<ConfigurationAnswer> addTeamMember(
            @PathVariable String team, @PathVariable String person, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.person("person", person, caller);
        if (!people.find(id).map(Person::isAgent).orElse(false)) {
            throw new InvalidRequest("person", "is no agent");
        }
        return put(new AddTeamMember(Configured.key("team", team), id, clock.instant()), TEAMS, caller, request);
    }

    @DeleteMapping("/teams/{team}/members/{person}")
    ResponseEntity<ConfigurationAnswer> removeTeamMember(
            @PathVariable String team, @PathVariable String person, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        UUID id = Given.person("person", person, caller);
        return put(new RemoveTeamMember(Configured.key("team", team), id, clock.instant()), TEAMS, caller, request);
    }

    @PutMapping("/categories/{category}")
    ResponseEntity<ConfigurationAnswer> putCategory(
            @PathVariable String category, @RequestBody CategoryBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        String key = Configured.newKey("category", category);
        String parent = body.parent();
        if (parent != null) {
            configuration.checkParent(key, parent);
        }
        var command = new PutCategory(key, Admin.name(body.name()), parent, clock.instant());
        return put(command, "/api/v1/categories/", caller, request);
    }

    @PutMapping("/fields/{field}")
    ResponseEntity<ConfigurationAnswer> putField(
            @PathVariable String field, @RequestBody FieldBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var options = new ArrayList<String>();
        for (String option : body.options() == null ? List.<@Nullable String>of() : body.options()) {
            options.add(Given.required("options", option));
        }
        var definition = new FieldDefinition(
                Configured.key("field", field),
                Admin.name(body.name()),
                type(Given.required("type", body.type())),
                options);
        return put(new PutField(definition, clock.instant()), "/api/v1/fields/", caller, request);
    }

    private static FieldType type(String word) {
        return Arrays.stream(FieldType.values())
                .filter(type -> type.name().equals(word.strip().toUpperCase(Locale.ROOT)))
                .findAny()
                .orElseThrow(() -> new InvalidRequest("type", "must be one of " + Arrays.toString(FieldType.values())));
    }

    private ResponseEntity<ConfigurationAnswer> put(
            ConfigurationCommand command, String folder, Caller caller, HttpServletRequest request) {
        var answer = dispatch.send(Calls.of(request, caller), command);
        configuration.forget(command.streamId());
        return ConfigurationAnswer.tell(answer, folder);
    }
}
