package dev.hindsight.command.configuration;

import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ConfigurationAnswer;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.Configured;
import dev.hindsight.domain.configuration.FieldDefinition;
import dev.hindsight.domain.configuration.FieldType;
import dev.hindsight.domain.people.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admins put queues, categories and custom fields. */
@RestController
@RequestMapping("/api/v1")
public final class ConfigurationEndpoint {

    record QueueBody(@Nullable String name) implements WriteBody {}

    record CategoryBody(@Nullable String name, @Nullable String parent) implements WriteBody {}

    record FieldBody(
            @Nullable String name,
            @Nullable String type,
            @Nullable List<@Nullable String> options) implements WriteBody {}

    private final CommandDispatch dispatch;
    private final KnownConfiguration configuration;
    private final Clock clock;

    public ConfigurationEndpoint(CommandDispatch dispatch, KnownConfiguration configuration, Clock clock) {
        this.dispatch = dispatch;
        this.configuration = configuration;
        this.clock = clock;
    }

    @PutMapping("/queues/{queue}")
    ResponseEntity<ConfigurationAnswer> putQueue(
            @PathVariable String queue, @RequestBody QueueBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var command = new PutQueue(Configured.key("queue", queue), Admin.name(body.name()), clock.instant());
        return put(command, "/api/v1/queues/", caller, request);
    }

    @PutMapping("/categories/{category}")
    ResponseEntity<ConfigurationAnswer> putCategory(
            @PathVariable String category, @RequestBody CategoryBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        String key = Configured.key("category", category);
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
