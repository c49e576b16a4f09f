package dev.hindsight.command.desk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.dispatch.TicketNumbers;
import dev.hindsight.command.rights.QueueRight;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.command.ticket.TicketAggregate;
import dev.hindsight.command.ticket.TicketCommand;
import dev.hindsight.command.ticket.TicketCommand.AssignTicket;
import dev.hindsight.command.ticket.TicketCommand.LinkTickets;
import dev.hindsight.command.ticket.TicketCommand.RemoveAttachment;
import dev.hindsight.command.ticket.TicketCommand.RevertTicket;
import dev.hindsight.command.ticket.TicketCommand.UnassignTicket;
import dev.hindsight.command.ticket.TicketResult;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.Reversal;
import dev.hindsight.domain.ticket.Ticket;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketReverted;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/**
 * What the calls on tickets share: finding the ticket, the caller's right to the call, sending, answering. Ownership and
 * queue rights are checked in the command's unit of work, on the ticket as the command will see it. Safe for concurrent use.
 */
public final class Desk {

    private static final Pattern NUMBER = Pattern.compile("(?i:HD-)?([1-9]\\d{0,17})");
    private static final int UUID_LENGTH = 36;
    private static final UUID NO_TICKET = new UUID(0, 0);
    private static final String TICKETS = "/api/v1/tickets/";

    private final CommandDispatch dispatch;
    private final Repository<TicketAggregate> tickets;
    private final TicketNumbers numbers;
    private final EventStore events;
    private final Rights rights;
    private final Clock clock;
    private final Cache<Long, UUID> byNumber =
            Caffeine.newBuilder().maximumSize(20_000).build();

    public Desk(
            CommandDispatch dispatch,
            Repository<TicketAggregate> tickets,
            TicketNumbers numbers,
            EventStore events,
            Rights rights,
            Clock clock) {
        this.dispatch = dispatch;
        this.tickets = tickets;
        this.numbers = numbers;
        this.events = events;
        this.rights = rights;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    TicketNumbers numbers() {
        return numbers;
    }

    /**
     * The ticket that an id or a number names; whether an id's ticket exists shows when the command meets it.
     *
     * @throws NotFound where it is neither, or nobody has the number
     * @throws Forbidden where the caller's roles write to no ticket
     */
    UUID ticket(String idOrNumber, Caller caller) {
        if (!caller.worksTickets() && !caller.is(Role.REQUESTER)) {
            throw new Forbidden("Only agents, supervisors and requesters write to tickets.");
        }
        return ticket(idOrNumber);
    }

    private UUID ticket(String idOrNumber) {
        if (idOrNumber.length() == UUID_LENGTH) {
            try {
                return UUID.fromString(idOrNumber);
            } catch (IllegalArgumentException malformed) {
                throw none();
            }
        }
        var matcher = NUMBER.matcher(idOrNumber);
        if (!matcher.matches()) {
            throw none();
        }
        long number = Long.parseLong(matcher.group(1));
        UUID known = byNumber.getIfPresent(number);
        if (known == null) {
            known = numbers.ticketOf(number).orElseThrow(Desk::none);
            byNumber.put(number, known);
        }
        return known;
    }

    /**
     * The other ticket of a link; whether an id's ticket exists is asked when linking. Only for those who may link a
     * number is looked up: all others are refused when the command runs, and must not learn which numbers there are.
     *
     * @throws NotFound where it is no ticket
     */
    UUID otherTicket(String idOrNumber, Caller caller) {
        return caller.worksTickets() ? ticket(idOrNumber) : NO_TICKET;
    }

    /** The same of a link that is to go: a number that nobody has is linked to nothing, like one that is not seen. */
    UUID formerlyOther(String idOrNumber, Caller caller) {
        try {
            return otherTicket(idOrNumber, caller);
        } catch (NotFound none) {
            if (NUMBER.matcher(idOrNumber).matches()) {
                return NO_TICKET;
            }
            throw none;
        }
    }

    /** A call that only those who work tickets may make. */
    ResponseEntity<TicketAnswer> work(Call call, Caller caller, TicketCommand command) {
        var step = new Step(command, () -> {
            switch (command) {
                case AssignTicket assign -> mayAssign(caller, assign);
                case UnassignTicket unassign -> mayReassign(caller, unassign);
                default -> mayWork(caller, command.ticketId());
            }
        });
        return tell(dispatch.send(call, () -> step, result -> receipt(result, false, false)), null);
    }

    /**
     * Who watches: those who work tickets say so of anybody, requesters of themselves on tickets of theirs.
     *
     * @param known refuses whom nobody knows; asked of those who may, in the command's unit of work
     */
    ResponseEntity<TicketAnswer> watch(Call call, Caller caller, UUID person, TicketCommand command, Runnable known) {
        var step = new Step(command, () -> {
            mayTakePart(caller, command.ticketId());
            if (!caller.worksTickets() && !caller.requesters().contains(person)) {
                throw new Forbidden("Only agents and supervisors say who else watches.");
            }
            known.run();
        });
        return tell(dispatch.send(call, () -> step, result -> receipt(result, false, false)), null);
    }

    /** A note: only those who work tickets write and read it. */
    ResponseEntity<TicketAnswer> note(Call call, Caller caller, TicketCommand command, String location) {
        var step = new Step(command, () -> mayWork(caller, command.ticketId()));
        return tell(dispatch.send(call, () -> step, result -> receipt(result, true, false)), location);
    }

    /** A reply: the ticket's own requester may write it too. */
    ResponseEntity<TicketAnswer> reply(Call call, Caller caller, TicketCommand command, String location) {
        var step = new Step(command, () -> mayTakePart(caller, command.ticketId()));
        return tell(
                dispatch.send(
                        call,
                        () -> step,
                        result -> receipt(result, true, ((TicketResult) result).followUpOf() != null)),
                location);
    }

    /**
     * Refuses early who may not write to this ticket, before anything of a long body is read; the command asks again.
     *
     * @throws NotFound where there is no such ticket, or it is another requester's
     * @throws Forbidden where the caller's roles do not allow it
     */
    void admit(Caller caller, UUID ticket) {
        var unit = DefaultUnitOfWork.startAndGet(GenericCommandMessage.asCommandMessage("admit"));
        try {
            mayTakePart(caller, ticket);
            load(ticket);
        } finally {
            unit.rollback();
        }
    }

    /** Attachments: the ticket's own requester may add them too. */
    Answer attach(Call call, Caller caller, TicketCommand command) {
        var step = new Step(command, () -> mayTakePart(caller, command.ticketId()));
        return dispatch.send(call, () -> step, result -> receipt(result, true, false));
    }

    /** The events that a command left, the last of which made this version. */
    Stream<TicketEvent> left(UUID ticket, long version, int events) {
        return this.events
                .readEvents("ticket-" + ticket, version - events)
                .asStream()
                .limit(events)
                .map(message -> (TicketEvent) message.getPayload());
    }

    /** Takes an attachment away; {@code before} is told what it was, inside the transaction. */
    ResponseEntity<TicketAnswer> detach(
            Call call, Caller caller, RemoveAttachment command, Consumer<AttachmentAdded> before) {
        var step = new Step(command, () -> {
            mayTakePart(caller, command.ticketId());
            load(command.ticketId())
                    .invoke(a -> a.attachments().find(command.attachmentId()))
                    .ifPresent(before);
        });
        return tell(dispatch.send(call, () -> step, result -> receipt(result, false, false)), null);
    }

    /** A link, made (201) only where it was not there. */
    ResponseEntity<TicketAnswer> link(Call call, Caller caller, LinkTickets command, String location) {
        var before = new Object() {
            long version;
        };
        var step = new Step(command, () -> {
            mayWork(caller, command.ticketId());
            before.version = load(command.ticketId()).version() + 1;
            if (!sees(caller, command.otherId())) {
                throw new InvalidRequest("otherId", "is no ticket");
            }
        });
        return tell(
                dispatch.send(
                        call,
                        () -> step,
                        result -> receipt(result, ((TicketResult) result).version() > before.version, false)),
                location);
    }

    /** Opens a ticket; {@code step} is asked for each attempt anew. */
    ResponseEntity<TicketAnswer> open(Call call, Supplier<Step> step) {
        return tell(dispatch.send(call, step, result -> receipt(result, true, true)), null);
    }

    /**
     * A call that admins make on any ticket, whichever they see: it concerns its data, not the work on it.
     *
     * @param beside written in the command's transaction, before it
     */
    ResponseEntity<TicketAnswer> administer(Call call, TicketCommand command, Runnable beside) {
        var step = new Step(command, () -> {
            beside.run();
            load(command.ticketId());
        });
        return tell(dispatch.send(call, () -> step, result -> receipt(result, false, false)), null);
    }

    /**
     * The ticket that an id or a number names, for admins.
     *
     * @throws NotFound where it is neither, or nobody has it
     */
    UUID anyTicket(String idOrNumber) {
        return ticket(idOrNumber);
    }

    /**
     * Brings a ticket back to what it was, for those who may work it now and may work it then.
     *
     * @param wish the version, of the ticket's history until now
     */
    ResponseEntity<RevertAnswer> revert(
            Call call, Caller caller, UUID ticket, Past wish, String reason, Reversal.Limits limits) {
        var last = new AtomicReference<Planned>();
        Answer answer = dispatch.send(
                call,
                () -> {
                    var planned = new Planned(ticket, wish, limits);
                    last.set(planned);
                    var command = new RevertTicket(
                            ticket, call.actor(), now(), call.expected().version(), planned::at, reason);
                    return new Step(command, () -> mayRevert(caller, command, planned));
                },
                result -> receipt(result, false, false));
        // What was committed is not read again for the answer; a repeated call has planned nothing.
        List<TicketEvent> history = answer.replayed()
                ? history(ticket, answer.receipt().version())
                : Objects.requireNonNull(last.get()).after(reason, now());
        return Answers.tell(answer, reverted(answer, history, wish, limits), null);
    }

    /** Which version is meant. */
    @FunctionalInterface
    interface Past {
        long version(List<TicketEvent> history);
    }

    /** What is to be brought back of a ticket. Made once for each attempt. */
    private final class Planned {
        private final UUID ticket;
        private final Past wish;
        private final Reversal.Limits limits;
        private List<TicketEvent> history = List.of();
        private Reversal.@Nullable Plan plan;

        Planned(UUID ticket, Past wish, Reversal.Limits limits) {
            this.ticket = ticket;
            this.wish = wish;
            this.limits = limits;
        }

        Reversal.Plan at(long version) {
            if (plan == null || plan.fromVersion() != version) {
                history = history(ticket, version);
                plan = Reversal.to(history, wish.version(history), limits);
            }
            return plan;
        }

        /** Every event of the ticket once it is done. */
        List<TicketEvent> after(String reason, Instant at) {
            return plan == null
                    ? history
                    : Stream.concat(history.stream(), plan.decide(reason, at).stream())
                            .toList();
        }
    }

    private List<TicketEvent> history(UUID ticket, long version) {
        return events.readEvents("ticket-" + ticket)
                .asStream()
                .limit(version)
                .map(message -> (TicketEvent) message.getPayload())
                .toList();
    }

    private void mayRevert(Caller caller, RevertTicket command, Planned planned) {
        Aggregate<TicketAggregate> loaded = load(command.ticketId());
        Ticket known = loaded.invoke(TicketAggregate::ticket);
        needWork(caller, known);
        Reversal.Plan plan = planned.at(loaded.version() + 1);
        for (TicketEvent event : plan.decide(command.reason(), command.at())) {
            needWork(caller, Ticket.evolve(known, event));
        }
        if (plan.restored().contains("priorityOverride") && !caller.is(Role.SUPERVISOR)) {
            throw new Forbidden("This brings an overridden priority back or withdraws one: only supervisors do that.");
        }
    }

    /** Told by the log, so that whoever asks again, by the same call or another, hears the same. */
    private static RevertAnswer reverted(Answer answer, List<TicketEvent> history, Past wish, Reversal.Limits limits) {
        if (history.getLast() instanceof TicketReverted last
                && last.undone().isEmpty()
                && last.fromVersion() == history.size() - 1) {
            List<TicketEvent> before = history.subList(0, history.size() - 1);
            if (wish.version(before) == last.toVersion()) {
                return RevertAnswer.of(
                        answer,
                        last.restored(),
                        Reversal.to(before, last.toVersion(), limits).notUndone());
            }
        }
        return RevertAnswer.of(
                answer,
                List.of(),
                Reversal.to(history, wish.version(history), limits).notUndone());
    }

    private static Receipt receipt(Object handled, boolean made, boolean opened) {
        var result = (TicketResult) handled;
        return new Receipt(
                "ticket-" + result.ticketId(),
                made,
                result.number(),
                result.version(),
                result.messageId(),
                result.followUpOf(),
                opened);
    }

    /** @param location of what was made, null where it is the ticket itself */
    private static ResponseEntity<TicketAnswer> tell(Answer answer, @Nullable String location) {
        TicketAnswer body = TicketAnswer.of(answer);
        return Answers.tell(
                answer, body, location == null || body.followUpOf() != null ? TICKETS + body.id() : location);
    }

    static String under(UUID ticket, String path) {
        return TICKETS + ticket + path;
    }

    /** Whom the ticket is hidden from does not learn that the call is not theirs either. */
    private void mayWork(Caller caller, UUID ticket) {
        needWork(caller, load(ticket).invoke(TicketAggregate::ticket));
    }

    /** Agents move between the queues that they work, supervisors between those that they read. */
    private void mayAssign(Caller caller, AssignTicket command) {
        Ticket known = mayReassign(caller, command);
        String queue = command.queue() == null
                ? known.place().queue()
                : command.queue().to();
        if (command.queue() != null && queue != null) {
            mayPutInto(caller, queue);
        }
        UUID assignee = command.assignee() == null ? null : command.assignee().to();
        if (assignee != null && rights.of(assignee, queue) != QueueRight.WORK) {
            throw new InvalidRequest("assignee", "may not work this queue");
        }
    }

    /** The ticket that agents may work, and supervisors may read. */
    private Ticket mayReassign(Caller caller, TicketCommand command) {
        Ticket known = load(command.ticketId()).invoke(TicketAggregate::ticket);
        if (!caller.is(Role.SUPERVISOR)) {
            needWork(caller, known);
        } else if (!sees(caller, known)) {
            throw none();
        }
        return known;
    }

    /**
     * Whether somebody who works tickets may put one into a queue: agents where they work, supervisors where they read.
     *
     * @throws Forbidden where they may not
     */
    void mayPutInto(Caller caller, String queue) {
        QueueRight right = rights.of(caller.person(), queue);
        if (right != QueueRight.WORK && !(right.reads() && caller.is(Role.SUPERVISOR))) {
            throw new Forbidden("Putting tickets into this queue needs a grant to work it; supervisors to read it.");
        }
    }

    private void mayTakePart(Caller caller, UUID ticket) {
        Ticket known = load(ticket).invoke(TicketAggregate::ticket);
        if (caller.worksTickets() || !caller.is(Role.REQUESTER) || !owns(caller, known)) {
            needWork(caller, known);
        }
    }

    private void needWork(Caller caller, Ticket ticket) {
        if (!caller.worksTickets()) {
            if (!sees(caller, ticket)) {
                throw none();
            }
            throw new Forbidden("Only agents and supervisors may do this.");
        }
        QueueRight right = rights.of(caller.person(), ticket.place().queue());
        if (!right.reads() && !caller.is(Role.AUDITOR)) {
            throw none();
        } else if (right != QueueRight.WORK) {
            throw new Forbidden("You may read this queue's tickets; working them needs a grant.");
        }
    }

    /** As reads show it. */
    private boolean sees(Caller caller, Ticket ticket) {
        if (caller.is(Role.AUDITOR)) {
            return true;
        } else if (caller.worksTickets()) {
            return rights.of(caller.person(), ticket.place().queue()).reads();
        }
        UUID organization = ticket.about().organizationId();
        return owns(caller, ticket) || (organization != null && rights.share(caller.requesters(), organization));
    }

    private static boolean owns(Caller caller, Ticket ticket) {
        UUID requester = ticket.about().requesterId();
        return requester != null && caller.requesters().contains(requester);
    }

    /** Whether there is another ticket, and the caller sees it. Only read, so that no two links wait for each other. */
    private boolean sees(Caller caller, UUID other) {
        Ticket ticket = null;
        var history = events.readEvents("ticket-" + other);
        while (history.hasNext()) {
            ticket = Ticket.evolve(ticket, (TicketEvent) history.next().getPayload());
        }
        return ticket != null && sees(caller, ticket);
    }

    private Aggregate<TicketAggregate> load(UUID ticket) {
        try {
            return tickets.load("ticket-" + ticket);
        } catch (AggregateNotFoundException none) {
            throw none();
        }
    }

    private static NotFound none() {
        return new NotFound("There is no such ticket.");
    }
}
