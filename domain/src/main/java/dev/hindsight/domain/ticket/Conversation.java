package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Replies and notes. Public and internal are different events, never a flag. */
public final class Conversation {

    private Conversation() {}

    /**
     * A public reply.
     *
     * @param by who sends it
     * @param onBehalfOf the requester whose words an agent passes on
     */
    public record Reply(Actor by, @Nullable UUID onBehalfOf, UUID messageId, String body) {

        public Reply {
            PlainText.body("body", body);
        }

        @Nullable
        UUID author() {
            return onBehalfOf == null ? by.person() : onBehalfOf;
        }

        /**
         * Whether it is the asking side that speaks: a requester, an agent for one, or somebody with both roles on a
         * ticket of their own.
         */
        boolean isRequesters(Ticket ticket) {
            return onBehalfOf != null
                    || by.kind() == ActorKind.REQUESTER
                    || (by.roles().contains("requester")
                            && by.person() != null
                            && by.person().equals(ticket.about().requesterId()));
        }
    }

    /** Whether a requester's reply comes too late for this ticket, so that it opens a follow-up instead. */
    public static boolean needsFollowUp(Ticket ticket, Reply reply, Instant at) {
        return reply.isRequesters(ticket)
                && switch (ticket.status()) {
                    case CLOSED, CANCELLED -> true;
                    case RESOLVED -> tooLateToReopen(ticket, at);
                    case NEW, OPEN, PENDING, ON_HOLD, MERGED -> false;
                };
    }

    private static boolean tooLateToReopen(Ticket ticket, Instant at) {
        var until = ticket.standing().reopenUntil();
        return until != null && ticket.notBefore(at).isAfter(until);
    }

    /**
     * The reply and the move that it causes: an agent's first starts work; a requester's resumes a PENDING ticket and
     * reopens a RESOLVED one.
     */
    public static List<TicketEvent> reply(Ticket ticket, Reply reply, Instant at) {
        var decision = new Decision(ticket, at);
        reply(decision, reply);
        return decision.events();
    }

    /** The same with attachments that wait on the ticket. */
    public static List<TicketEvent> reply(
            Ticket ticket, Attachments attachments, Reply reply, List<UUID> attachmentIds, Instant at) {
        var decision = new Decision(ticket, at);
        reply(decision, reply);
        var carried = attachments.toReply(ticket, reply.by(), reply.messageId(), attachmentIds, decision.at());
        return Stream.concat(decision.events().stream(), carried.stream()).toList();
    }

    /** A public reply and a move in one commit. */
    public static List<TicketEvent> replyAndMove(Ticket ticket, Reply reply, StatusChange move, Instant at) {
        var decision = new Decision(ticket, at);
        reply(decision, reply);
        move.decide(decision);
        return decision.events();
    }

    private static void reply(Decision decision, Reply reply) {
        var ticket = decision.ticket();
        needRequestersWords(ticket, reply);
        if (ticket.status().isFinal()) {
            throw Refusals.isFinal(ticket.status());
        }
        if (reply.isRequesters(ticket)) {
            if (needsFollowUp(ticket, reply, decision.at())) {
                throw Refusals.reopenWindowPassed();
            }
            decision.add(
                    new RequesterReplied(ticket.id(), decision.at(), reply.messageId(), reply.author(), reply.body()));
            if (ticket.status() == Status.PENDING) {
                decision.add(new TicketResumed(
                        ticket.id(), decision.at(), ticket.status().name(), false));
            } else if (ticket.status() == Status.RESOLVED) {
                decision.add(new TicketReopened(
                        ticket.id(), decision.at(), ticket.status().name(), false));
            }
        } else {
            decision.add(
                    new PublicReplyAdded(ticket.id(), decision.at(), reply.messageId(), reply.author(), reply.body()));
            if (ticket.status() == Status.NEW && isPerson(reply.by())) {
                StatusChange.startWork(decision);
            }
        }
    }

    /** An agent passes on what the ticket's requester said, and puts words into nobody else's mouth. */
    private static void needRequestersWords(Ticket ticket, Reply reply) {
        var requester = ticket.about().requesterId();
        if (reply.onBehalfOf() != null
                && requester != null
                && !reply.onBehalfOf().equals(requester)) {
            throw new InvalidRequest("onBehalfOf", "must be the ticket's requester");
        }
    }

    /** What a rule or the system answers by itself is nobody's work. */
    private static boolean isPerson(Actor by) {
        return by.kind() != ActorKind.RULE && by.kind() != ActorKind.SYSTEM;
    }

    /** In every status. */
    public static List<TicketEvent> note(Ticket ticket, Actor by, UUID messageId, String body, Instant at) {
        return List.of(new InternalNoteAdded(
                ticket.id(), ticket.notBefore(at), messageId, by.person(), PlainText.body("body", body)));
    }

    /** The same with attachments that wait on the ticket. */
    public static List<TicketEvent> note(
            Ticket ticket,
            Attachments attachments,
            Actor by,
            UUID messageId,
            String body,
            List<UUID> attachmentIds,
            Instant at) {
        var carried = attachments.toNote(ticket, messageId, attachmentIds, ticket.notBefore(at));
        return Stream.concat(note(ticket, by, messageId, body, at).stream(), carried.stream())
                .toList();
    }

    /**
     * The ticket that a late reply opens: like the old one, asked by who replied.
     *
     * @throws InvalidRequest where nobody is known who could be its requester
     */
    public static NewTicket followUp(Ticket ticket, Reply reply, UUID id, long number, Channel channel) {
        needRequestersWords(ticket, reply);
        var about = ticket.about();
        var requester = reply.author() == null ? about.requesterId() : reply.author();
        if (requester == null) {
            throw new InvalidRequest("onBehalfOf", "is required: nobody is known as this ticket's requester");
        }
        return new NewTicket(
                id,
                number,
                about.type(),
                subject(ticket),
                reply.messageId(),
                reply.body(),
                requester,
                requester.equals(about.requesterId()) ? about.organizationId() : null,
                Objects.requireNonNullElse(ticket.ranking().impact(), Level.LOW),
                Objects.requireNonNullElse(ticket.ranking().urgency(), Level.LOW),
                ticket.place().queue(),
                about.category(),
                List.copyOf(ticket.tags()),
                withoutErased(ticket.fields()),
                channel,
                ticket.id());
    }

    private static Map<String, FieldValue> withoutErased(Map<String, FieldValue> fields) {
        var kept = new HashMap<>(fields);
        kept.values().removeIf(value -> Personal.ERASED.equals(value.text()));
        return kept;
    }

    private static String subject(Ticket ticket) {
        var subject = ticket.about().subject();
        if (subject == null || subject.isBlank() || subject.equals(Personal.ERASED)) {
            return "Follow-up to HD-" + ticket.number();
        }
        var re = subject.startsWith("Re: ") ? subject : "Re: " + subject;
        return PlainText.repairedLine(re);
    }
}
