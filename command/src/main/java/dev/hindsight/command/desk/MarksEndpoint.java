package dev.hindsight.command.desk;

import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.desk.Bodies.LinkBody;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.people.People;
import dev.hindsight.command.ticket.TicketCommand.AddTag;
import dev.hindsight.command.ticket.TicketCommand.AddWatcher;
import dev.hindsight.command.ticket.TicketCommand.DeclareMajorIncident;
import dev.hindsight.command.ticket.TicketCommand.LinkTickets;
import dev.hindsight.command.ticket.TicketCommand.MarkTicketAsSpam;
import dev.hindsight.command.ticket.TicketCommand.RemoveTag;
import dev.hindsight.command.ticket.TicketCommand.RemoveWatcher;
import dev.hindsight.command.ticket.TicketCommand.StandDownMajorIncident;
import dev.hindsight.command.ticket.TicketCommand.UnlinkTickets;
import dev.hindsight.command.ticket.TicketCommand.UnmarkTicketAsSpam;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.LinkType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tags, watchers, marks and links: what hangs on a ticket without moving it. */
@RestController
@RequestMapping("/api/v1/tickets/{id}")
public final class MarksEndpoint {

    private final Desk desk;
    private final People people;

    public MarksEndpoint(Desk desk, People people) {
        this.desk = desk;
        this.people = people;
    }

    @PutMapping("/tags/{tag}")
    ResponseEntity<TicketAnswer> addTag(
            @PathVariable String id, @PathVariable String tag, Caller caller, HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        return desk.work(call, caller, new AddTag(desk.ticket(id, caller), call.actor(), desk.now(), tag));
    }

    @DeleteMapping("/tags/{tag}")
    ResponseEntity<TicketAnswer> removeTag(
            @PathVariable String id, @PathVariable String tag, Caller caller, HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        return desk.work(call, caller, new RemoveTag(desk.ticket(id, caller), call.actor(), desk.now(), tag));
    }

    @PutMapping("/watchers/{person}")
    ResponseEntity<TicketAnswer> addWatcher(
            @PathVariable String id, @PathVariable String person, Caller caller, HttpServletRequest request) {
        UUID ticket = desk.ticket(id, caller);
        Call call = Calls.of(request, caller);
        UUID watcher = Given.person("person", person, caller);
        return desk.watch(call, caller, watcher, new AddWatcher(ticket, call.actor(), desk.now(), watcher), () -> {
            if (people.find(watcher).isEmpty()) {
                throw new InvalidRequest("person", "is nobody we know");
            }
        });
    }

    @DeleteMapping("/watchers/{person}")
    ResponseEntity<TicketAnswer> removeWatcher(
            @PathVariable String id, @PathVariable String person, Caller caller, HttpServletRequest request) {
        UUID ticket = desk.ticket(id, caller);
        Call call = Calls.of(request, caller);
        UUID watcher = Given.person("person", person, caller);
        return desk.watch(
                call, caller, watcher, new RemoveWatcher(ticket, call.actor(), desk.now(), watcher), () -> {});
    }

    @PostMapping("/spam-mark")
    ResponseEntity<TicketAnswer> markAsSpam(@PathVariable String id, Caller caller, HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        return desk.work(call, caller, new MarkTicketAsSpam(desk.ticket(id, caller), call.actor(), desk.now()));
    }

    @DeleteMapping("/spam-mark")
    ResponseEntity<TicketAnswer> unmarkAsSpam(@PathVariable String id, Caller caller, HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        return desk.work(call, caller, new UnmarkTicketAsSpam(desk.ticket(id, caller), call.actor(), desk.now()));
    }

    @PostMapping("/major-incident")
    ResponseEntity<TicketAnswer> declareMajorIncident(
            @PathVariable String id, Caller caller, HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        return desk.work(call, caller, new DeclareMajorIncident(desk.ticket(id, caller), call.actor(), desk.now()));
    }

    @DeleteMapping("/major-incident")
    ResponseEntity<TicketAnswer> standDownMajorIncident(
            @PathVariable String id, Caller caller, HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        return desk.work(call, caller, new StandDownMajorIncident(desk.ticket(id, caller), call.actor(), desk.now()));
    }

    @PostMapping("/links")
    ResponseEntity<TicketAnswer> linkTickets(
            @PathVariable String id, @RequestBody LinkBody body, Caller caller, HttpServletRequest request) {
        UUID ticket = desk.ticket(id, caller);
        Call call = Calls.of(request, caller);
        LinkType type = LinkType.parse("type", Given.required("type", body.type()));
        UUID other = otherTicket(Given.required("otherId", body.otherId()), caller);
        return desk.link(
                call,
                caller,
                new LinkTickets(ticket, call.actor(), desk.now(), type, other),
                Desk.under(ticket, "/links/" + type + "/" + other));
    }

    @DeleteMapping("/links/{type}/{otherId}")
    ResponseEntity<TicketAnswer> unlinkTickets(
            @PathVariable String id,
            @PathVariable String type,
            @PathVariable String otherId,
            Caller caller,
            HttpServletRequest request) {
        Call call = Calls.of(request, caller);
        var command = new UnlinkTickets(
                desk.ticket(id, caller),
                call.actor(),
                desk.now(),
                LinkType.parse("type", type),
                desk.formerlyOther(otherId, caller));
        return desk.work(call, caller, command);
    }

    private UUID otherTicket(String otherId, Caller caller) {
        try {
            return desk.otherTicket(otherId, caller);
        } catch (NotFound none) {
            throw new InvalidRequest("otherId", "is no ticket");
        }
    }
}
