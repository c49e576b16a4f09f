package dev.hindsight.command.desk;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.desk.Bodies.NoteBody;
import dev.hindsight.command.desk.Bodies.ReplyBody;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.people.People;
import dev.hindsight.command.ticket.KeyHandOver;
import dev.hindsight.command.ticket.TicketCommand.AddNote;
import dev.hindsight.command.ticket.TicketCommand.ReplyToTicket;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.Attachments;
import dev.hindsight.domain.ticket.Channel;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Adds to a ticket's conversation. */
@RestController
@RequestMapping("/api/v1/tickets/{id}")
public final class ConversationEndpoint {

    private static final String CONVERSATION = "/conversation";

    private final Desk desk;
    private final People people;
    private final KeyHandOver handOver;

    /** @param handOver of the attachments that late replies take with them */
    public ConversationEndpoint(Desk desk, People people, KeyHandOver handOver) {
        this.desk = desk;
        this.people = people;
        this.handOver = handOver;
    }

    @PostMapping("/replies")
    ResponseEntity<TicketAnswer> replyToTicket(
            @PathVariable String id, @RequestBody ReplyBody body, Caller caller, HttpServletRequest request) {
        UUID ticket = desk.ticket(id, caller);
        UUID onBehalfOf = onBehalfOf(body.onBehalfOf(), caller);
        Call call = Calls.of(request, caller).onBehalfOf(onBehalfOf);
        var command = new ReplyToTicket(
                ticket,
                call.actor(),
                desk.now(),
                UuidCreator.getTimeOrderedEpochPlus1(),
                Given.required("body", body.body()),
                onBehalfOf,
                UuidCreator.getTimeOrderedEpochPlus1(),
                desk.numbers()::next,
                Channel.API,
                attachments(body.attachmentIds()),
                handOver);
        return desk.reply(call, caller, command, Desk.under(ticket, CONVERSATION));
    }

    private static List<UUID> attachments(@Nullable List<@Nullable String> ids) {
        if (ids == null) {
            return List.of();
        } else if (ids.size() > Attachments.MOST) {
            throw new InvalidRequest("attachmentIds", "must hold at most " + Attachments.MOST + " ids");
        }
        return ids.stream()
                .map(id -> Given.id("attachmentIds", Given.required("attachmentIds", id)))
                .toList();
    }

    private @Nullable UUID onBehalfOf(@Nullable String text, Caller caller) {
        if (text == null) {
            return null;
        } else if (!caller.worksTickets()) {
            throw new InvalidRequest("onBehalfOf", "may be set by agents only");
        }
        UUID person = Given.person("onBehalfOf", text, caller);
        if (people.find(person).isEmpty()) {
            throw new InvalidRequest("onBehalfOf", "is nobody we know");
        }
        return person;
    }

    @PostMapping("/notes")
    ResponseEntity<TicketAnswer> addNote(
            @PathVariable String id, @RequestBody NoteBody body, Caller caller, HttpServletRequest request) {
        UUID ticket = desk.ticket(id, caller);
        Call call = Calls.of(request, caller);
        var command = new AddNote(
                ticket,
                call.actor(),
                desk.now(),
                UuidCreator.getTimeOrderedEpochPlus1(),
                Given.required("body", body.body()),
                attachments(body.attachmentIds()));
        return desk.note(call, caller, command, Desk.under(ticket, CONVERSATION));
    }
}
