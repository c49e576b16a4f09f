package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where a ticket waits and who has it. */
public final class Routing {

    private Routing() {}

    /** What is given changes; giving a NEW ticket to a person starts work, queueing alone does not. */
    public static List<TicketEvent> assign(
            Ticket ticket, @Nullable Change<UUID> assignee, @Nullable Change<String> queue, Instant at) {
        var decision = new Decision(ticket, at);
        queue(decision, queue);
        if (assignee(decision, assignee) && decision.ticket().status() == Status.NEW) {
            StatusChange.startWork(decision);
        }
        return decision.unlessFinal();
    }

    /** The queue and the status stay. */
    public static List<TicketEvent> unassign(Ticket ticket, Instant at) {
        return assign(ticket, new Change<>(null), null, at);
    }

    static void queue(Decision decision, @Nullable Change<String> queue) {
        var before = decision.ticket().place().queue();
        if (queue != null && !Objects.equals(queue.to(), before)) {
            decision.add(new TicketQueued(decision.ticket().id(), decision.at(), before, queue.to()));
        }
    }

    /** @return whether somebody has it now who had it not */
    static boolean assignee(Decision decision, @Nullable Change<UUID> assignee) {
        var before = decision.ticket().place().assigneeId();
        if (assignee == null || Objects.equals(assignee.to(), before)) {
            return false;
        } else if (assignee.to() != null) {
            decision.add(new TicketAssigned(decision.ticket().id(), decision.at(), before, assignee.to()));
            return true;
        } else if (before != null) {
            decision.add(new TicketUnassigned(decision.ticket().id(), decision.at(), before));
        }
        return false;
    }
}
