package dev.hindsight.command.desk;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.desk.Bodies.OpenTicketBody;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.people.People;
import dev.hindsight.command.people.People.Named;
import dev.hindsight.command.ticket.TicketCommand.OpenTicket;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.EmailAddress;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.TicketType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Opens tickets: requesters for themselves, agents for anybody. */
@RestController
@RequestMapping("/api/v1/tickets")
public final class OpeningEndpoint {

    private final Desk desk;
    private final People people;
    private final KnownConfiguration configuration;

    public OpeningEndpoint(Desk desk, People people, KnownConfiguration configuration) {
        this.desk = desk;
        this.people = people;
        this.configuration = configuration;
    }

    @PostMapping
    ResponseEntity<TicketAnswer> openTicket(
            @RequestBody OpenTicketBody body, Caller caller, HttpServletRequest request) {
        mayOpen(caller, body);
        String subject = PlainText.line("subject", Given.required("subject", body.subject()));
        String description = body.description();
        TicketType type = body.type() == null ? TicketType.INCIDENT : TicketType.parse("type", body.type());
        Level impact = body.impact() == null ? Level.LOW : Level.parse("impact", body.impact());
        Level urgency = body.urgency() == null ? Level.LOW : Level.parse("urgency", body.urgency());
        Channel channel = channel(body.channel());
        String queue = body.queue() == null ? null : configuration.queue("queue", body.queue());
        String category = body.category() == null ? null : configuration.category("category", body.category());
        Map<String, @Nullable Object> given = body.customFields() == null ? Map.of() : body.customFields();
        var fields = configuration.values(given);
        List<String> tags = tags(body.tags());
        Supplier<Named> requester = requester(body, caller);

        Call call = Calls.of(request, caller).on(channel.name());
        UUID ticketId = UuidCreator.getTimeOrderedEpochPlus1();
        UUID descriptionId = description == null ? null : UuidCreator.getTimeOrderedEpochPlus1();
        return desk.open(call, () -> {
            Named named = requester.get();
            var command = new OpenTicket(
                    ticketId,
                    call.actor(),
                    desk.now(),
                    desk.numbers().next(),
                    type,
                    subject,
                    descriptionId,
                    description,
                    named.person(),
                    people.find(named.person())
                            .map(Person::remembered)
                            .map(Person::organization)
                            .orElse(null),
                    impact,
                    urgency,
                    queue,
                    category,
                    tags,
                    fields,
                    channel);
            return new Step(command, () -> {
                if (queue != null) {
                    desk.mayPutInto(caller, queue);
                }
                named.registration().run();
            });
        });
    }

    private static void mayOpen(Caller caller, OpenTicketBody body) {
        if (caller.worksTickets()) {
            return;
        } else if (!caller.is(Role.REQUESTER)) {
            throw new Forbidden("Only requesters, agents and supervisors open tickets.");
        }
        // Whom it is for and where it goes is the agents' to say.
        var errors = new ArrayList<FieldError>();
        refuse(errors, "requester", body.requester());
        refuse(errors, "requesterId", body.requesterId());
        refuse(errors, "queue", body.queue());
        refuse(errors, "tags", body.tags());
        if (!errors.isEmpty()) {
            throw new InvalidRequest(errors);
        }
    }

    private static void refuse(List<FieldError> errors, String field, @Nullable Object value) {
        if (value != null) {
            errors.add(new FieldError(field, "may be set by agents only"));
        }
    }

    private static Channel channel(@Nullable String word) {
        Channel channel = word == null ? Channel.API : Channel.parse("channel", word);
        if (channel == Channel.IMPORT) {
            throw new InvalidRequest("channel", "is for imports only");
        }
        return channel;
    }

    private static List<String> tags(@Nullable List<@Nullable String> given) {
        var tags = new ArrayList<String>();
        if (given != null) {
            for (String tag : given) {
                tags.add(Given.required("tags", tag));
            }
        }
        return tags;
    }

    /** Whom it is for: looked up for each attempt anew, because somebody else may register the same person. */
    private Supplier<Named> requester(OpenTicketBody body, Caller caller) {
        var requester = body.requester();
        if (requester == null) {
            UUID person = body.requesterId() == null ? caller.person() : knownPerson(body.requesterId(), caller);
            return () -> new Named(person, () -> {});
        } else if (body.requesterId() != null) {
            throw new InvalidRequest("requesterId", "must not come together with requester");
        }
        String email = EmailAddress.parse("requester.email", Given.required("requester.email", requester.email()));
        String name = requester.name() == null ? null : PlainText.line("requester.name", requester.name());
        return () -> people.named(email, name);
    }

    private UUID knownPerson(String text, Caller caller) {
        UUID person = Given.person("requesterId", text, caller);
        if (people.find(person).isEmpty()) {
            throw new InvalidRequest("requesterId", "is nobody we know");
        }
        return person;
    }
}
