package dev.hindsight.command.desk;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.desk.Bodies.AssignmentBody;
import dev.hindsight.command.desk.Bodies.ChangeTicketBody;
import dev.hindsight.command.desk.Bodies.PriorityBody;
import dev.hindsight.command.desk.Bodies.StatusBody;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.people.People;
import dev.hindsight.command.ticket.TicketCommand.AssignTicket;
import dev.hindsight.command.ticket.TicketCommand.ChangeStatus;
import dev.hindsight.command.ticket.TicketCommand.ChangeTicket;
import dev.hindsight.command.ticket.TicketCommand.OverridePriority;
import dev.hindsight.command.ticket.TicketCommand.UnassignTicket;
import dev.hindsight.command.ticket.TicketCommand.WithdrawPriorityOverride;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.ResolutionCode;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketType;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Changes what a ticket is about, where it is and how it stands: the calls that need an {@code If-Match}. */
@RestController
@RequestMapping("/api/v1/tickets/{id}")
public final class WorkEndpoint {

    private final Desk desk;
    private final People people;
    private final KnownConfiguration configuration;
    private final Duration reopenWindow;

    /** @param reopenWindow how long after RESOLVED a requester's reply reopens */
    public WorkEndpoint(Desk desk, People people, KnownConfiguration configuration, Duration reopenWindow) {
        this.desk = desk;
        this.people = people;
        this.configuration = configuration;
        this.reopenWindow = reopenWindow;
    }

    @PatchMapping
    ResponseEntity<TicketAnswer> changeTicket(
            @PathVariable String id, @RequestBody ChangeTicketBody body, Caller caller, HttpServletRequest request) {
        Call call = Calls.conditional(request, caller);
        var command = new ChangeTicket(
                desk.ticket(id, caller),
                call.actor(),
                desk.now(),
                call.expected().version(),
                Given.set("subject", body.subject(), subject -> subject),
                Given.set("type", body.type(), word -> TicketType.parse("type", word)),
                Given.change("category", body.category(), key -> configuration.category("category", key)),
                Given.scalar("impact", body.impact(), level -> Level.parse("impact", level)),
                Given.scalar("urgency", body.urgency(), level -> Level.parse("urgency", level)),
                configuration.values(Given.members("customFields", body.customFields())));
        return desk.work(call, caller, command);
    }

    @PutMapping("/assignment")
    ResponseEntity<TicketAnswer> assignTicket(
            @PathVariable String id, @RequestBody AssignmentBody body, Caller caller, HttpServletRequest request) {
        Call call = Calls.conditional(request, caller);
        if (body.assignee() == null && body.queue() == null) {
            throw new InvalidRequest("assignee", "is required, or queue");
        }
        var command = new AssignTicket(
                desk.ticket(id, caller),
                call.actor(),
                desk.now(),
                call.expected().version(),
                Given.change("assignee", body.assignee(), text -> agent(text, caller)),
                Given.change("queue", body.queue(), key -> configuration.queue("queue", key)));
        return desk.work(call, caller, command);
    }

    private UUID agent(String text, Caller caller) {
        UUID person = Given.person("assignee", text, caller);
        if (!people.find(person).map(Person::isAgent).orElse(false)) {
            throw new InvalidRequest("assignee", "is no agent");
        }
        return person;
    }

    @DeleteMapping("/assignment")
    ResponseEntity<TicketAnswer> unassignTicket(@PathVariable String id, Caller caller, HttpServletRequest request) {
        Call call = Calls.conditional(request, caller);
        return desk.work(
                call,
                caller,
                new UnassignTicket(
                        desk.ticket(id, caller),
                        call.actor(),
                        desk.now(),
                        call.expected().version()));
    }

    @PutMapping("/status")
    ResponseEntity<TicketAnswer> changeStatus(
            @PathVariable String id, @RequestBody StatusBody body, Caller caller, HttpServletRequest request) {
        Call call = Calls.conditional(request, caller);
        Status status = Status.parse("status", Given.required("status", body.status()));
        boolean cancel = status == Status.CANCELLED;
        String reason = body.reason();
        if (reason != null && status != Status.ON_HOLD && !cancel) {
            throw new InvalidRequest("reason", "belongs to ON_HOLD and CANCELLED only");
        }
        var command = new ChangeStatus(
                desk.ticket(id, caller),
                call.actor(),
                desk.now(),
                call.expected().version(),
                status,
                reason == null || cancel ? null : HoldReason.parse("reason", reason),
                cancel && reason != null ? reason : body.reasonText(),
                body.resolutionCode() == null ? null : ResolutionCode.parse("resolutionCode", body.resolutionCode()),
                body.resolutionText(),
                body.comment() == null ? null : UuidCreator.getTimeOrderedEpochPlus1(),
                body.comment(),
                reopenWindow);
        return desk.work(call, caller, command);
    }

    @PutMapping("/priority")
    ResponseEntity<TicketAnswer> overridePriority(
            @PathVariable String id, @RequestBody PriorityBody body, Caller caller, HttpServletRequest request) {
        Call call = Calls.conditional(request, caller);
        mayOverride(caller);
        var command = new OverridePriority(
                desk.ticket(id, caller),
                call.actor(),
                desk.now(),
                call.expected().version(),
                Priority.parse("priority", Given.required("priority", body.priority())),
                Given.required("reason", body.reason()));
        return desk.work(call, caller, command);
    }

    @DeleteMapping("/priority")
    ResponseEntity<TicketAnswer> withdrawPriorityOverride(
            @PathVariable String id, Caller caller, HttpServletRequest request) {
        Call call = Calls.conditional(request, caller);
        mayOverride(caller);
        return desk.work(
                call,
                caller,
                new WithdrawPriorityOverride(
                        desk.ticket(id, caller),
                        call.actor(),
                        desk.now(),
                        call.expected().version()));
    }

    /** Others than agents are told by the desk, which hides the tickets they may not see. */
    private static void mayOverride(Caller caller) {
        if (caller.is(Role.AGENT) && !caller.is(Role.SUPERVISOR)) {
            throw new Forbidden("Only supervisors override priorities.");
        }
    }
}
