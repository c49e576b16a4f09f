package dev.hindsight.command.ticket;

import static java.util.Objects.requireNonNull;

import dev.hindsight.command.ticket.ImportResult.IrregularMove;
import dev.hindsight.command.ticket.TicketCommand.*;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.ticket.Attachments;
import dev.hindsight.domain.ticket.Classification;
import dev.hindsight.domain.ticket.Conversation;
import dev.hindsight.domain.ticket.Conversation.Reply;
import dev.hindsight.domain.ticket.Erasure;
import dev.hindsight.domain.ticket.ImportRow;
import dev.hindsight.domain.ticket.Lifecycle;
import dev.hindsight.domain.ticket.NewTicket;
import dev.hindsight.domain.ticket.Relations;
import dev.hindsight.domain.ticket.Routing;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.StatusChange;
import dev.hindsight.domain.ticket.Ticket;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.StatusEvent;
import dev.hindsight.domain.ticket.TicketImport;
import dev.hindsight.domain.ticket.TicketImport.Progress;
import dev.hindsight.domain.ticket.Watching;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The shell around {@link Ticket}: checks the version that a command was decided on, lets the domain decide, and hands
 * its events to the store under the command's envelope. Its identifier is the stream id.
 */
public class TicketAggregate {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String id;

    private @Nullable Ticket ticket;
    private long version;
    private Progress imported = Progress.NONE;
    private Attachments attachments = Attachments.NONE;

    /** For Axon, which fills it from its events. */
    TicketAggregate() {}

    private TicketAggregate(List<TicketEvent> beginning, MetaData envelope) {
        append(beginning, envelope);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.ALWAYS)
    TicketResult handle(OpenTicket c, MetaData meta) {
        var opened = new NewTicket(
                c.ticketId(),
                c.number(),
                c.type(),
                c.subject(),
                c.descriptionId(),
                c.description(),
                c.requesterId(),
                c.organizationId(),
                c.impact(),
                c.urgency(),
                c.queue(),
                c.category(),
                c.tags(),
                c.customFields(),
                c.channel(),
                null);
        append(opened.open(c.at()), meta.subset(Envelope.KEY));
        return result(c.descriptionId());
    }

    @CommandHandler
    TicketResult handle(ChangeTicket c, MetaData meta) {
        var patch = new Classification.Patch(
                c.subject(), c.type(), c.category(), c.impact(), c.urgency(), c.customFields());
        return decide(c, meta, ticket -> Classification.change(ticket, patch, c.at()));
    }

    @CommandHandler
    TicketResult handle(ChangeRequester c, MetaData meta) {
        return decide(
                c, meta, ticket -> Classification.changeRequester(ticket, c.requesterId(), c.organizationId(), c.at()));
    }

    @CommandHandler
    TicketResult handle(AssignTicket c, MetaData meta) {
        return decide(c, meta, ticket -> Routing.assign(ticket, c.assignee(), c.queue(), c.at()));
    }

    @CommandHandler
    TicketResult handle(UnassignTicket c, MetaData meta) {
        return decide(c, meta, ticket -> Routing.unassign(ticket, c.at()));
    }

    @CommandHandler
    TicketResult handle(ChangeStatus c, MetaData meta) {
        var move = new StatusChange(
                c.status(), c.holdReason(), c.reasonText(), c.resolutionCode(), c.resolutionText(), c.reopenWindow());
        if (c.comment() == null) {
            return decide(c, meta, ticket -> move.decide(ticket, c.at()));
        }
        var comment = new Reply(c.by(), null, requireNonNull(c.messageId()), c.comment());
        decide(c, meta, ticket -> Conversation.replyAndMove(ticket, comment, move, c.at()));
        return result(c.messageId());
    }

    @CommandHandler
    TicketResult handle(OverridePriority c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.overridePriority(ticket, c.priority(), c.reason(), c.at()));
    }

    @CommandHandler
    TicketResult handle(WithdrawPriorityOverride c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.withdrawOverride(ticket, c.at()));
    }

    /** A reply that comes too late opens its follow-up in the same unit of work. */
    @CommandHandler
    TicketResult handle(ReplyToTicket c, MetaData meta) throws Exception {
        var reply = new Reply(c.by(), c.onBehalfOf(), c.messageId(), c.body());
        var late = known();
        if (!Conversation.needsFollowUp(late, reply, c.at())) {
            decide(c, meta, ticket -> Conversation.reply(ticket, attachments, reply, c.attachmentIds(), c.at()));
            return result(c.messageId());
        }
        var number = c.followUpNumber().getAsLong();
        var at = late.notBefore(c.at());
        var followUp = Conversation.followUp(late, reply, c.followUpId(), number, c.channel());
        var opened = new ArrayList<>(followUp.open(at));
        opened.addAll(attachments.toFollowUp(
                late,
                c.by(),
                c.followUpId(),
                c.messageId(),
                c.attachmentIds(),
                at,
                waiting -> c.handOver()
                        .wrap(
                                waiting.content(),
                                late.id(),
                                waiting.wrappedKey(),
                                c.followUpId(),
                                followUp.requesterId())));
        AggregateLifecycle.createNew(
                TicketAggregate.class, () -> new TicketAggregate(opened, meta.subset(Envelope.KEY)));
        return new TicketResult(c.followUpId(), number, opened.size(), c.messageId(), late.id());
    }

    @CommandHandler
    TicketResult handle(AddNote c, MetaData meta) {
        decide(
                c,
                meta,
                ticket -> Conversation.note(
                        ticket, attachments, c.by(), c.messageId(), c.body(), c.attachmentIds(), c.at()));
        return result(c.messageId());
    }

    @CommandHandler
    TicketResult handle(AddAttachments c, MetaData meta) {
        return decide(c, meta, ticket -> attachments.upload(ticket, c.by(), c.files(), c.at()));
    }

    @CommandHandler
    TicketResult handle(RemoveAttachment c, MetaData meta) {
        return decide(c, meta, ticket -> attachments.remove(ticket, c.by(), c.attachmentId(), c.at()));
    }

    @CommandHandler
    TicketResult handle(AddTag c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.addTag(ticket, c.tag(), c.at()));
    }

    @CommandHandler
    TicketResult handle(RemoveTag c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.removeTag(ticket, c.tag(), c.at()));
    }

    @CommandHandler
    TicketResult handle(MarkTicketAsSpam c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.markAsSpam(ticket, c.at()));
    }

    @CommandHandler
    TicketResult handle(UnmarkTicketAsSpam c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.unmarkAsSpam(ticket, c.at()));
    }

    @CommandHandler
    TicketResult handle(DeclareMajorIncident c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.declareMajorIncident(ticket, c.at()));
    }

    @CommandHandler
    TicketResult handle(StandDownMajorIncident c, MetaData meta) {
        return decide(c, meta, ticket -> Classification.standDownMajorIncident(ticket, c.at()));
    }

    @CommandHandler
    TicketResult handle(AddWatcher c, MetaData meta) {
        return decide(c, meta, ticket -> Watching.add(ticket, c.personId(), c.at()));
    }

    @CommandHandler
    TicketResult handle(RemoveWatcher c, MetaData meta) {
        return decide(c, meta, ticket -> Watching.remove(ticket, c.personId(), c.at()));
    }

    @CommandHandler
    TicketResult handle(LinkTickets c, MetaData meta) {
        return decide(c, meta, ticket -> Relations.link(ticket, c.type(), c.otherId(), c.at()));
    }

    @CommandHandler
    TicketResult handle(UnlinkTickets c, MetaData meta) {
        return decide(c, meta, ticket -> Relations.unlink(ticket, c.type(), c.otherId(), c.at()));
    }

    @CommandHandler
    TicketResult handle(EraseTicketContent c, MetaData meta) {
        return decide(c, meta, ticket -> Erasure.erase(ticket, c.cause(), c.rule(), c.at()));
    }

    @CommandHandler
    TicketResult handle(HoldTicket c, MetaData meta) {
        return decide(
                c,
                meta,
                ticket -> c.placed()
                        ? Erasure.placeHold(ticket, c.reason(), c.at())
                        : Erasure.releaseHold(ticket, c.reason(), c.at()));
    }

    @CommandHandler
    TicketResult handle(RevertTicket c, MetaData meta) {
        return decide(c, meta, ticket -> c.plan().apply(version).decide(c.reason(), c.at()));
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    ImportResult handle(ImportCase c, @MetaDataValue(Envelope.KEY) @Nullable Envelope envelope) {
        var run = requireNonNull(envelope, "an import says who runs it");
        var rows = TicketImport.decide(ticket, imported, c.ticketId(), c.number(), c.about(), c.rows(), c.at());
        var events = 0;
        var irregular = new ArrayList<IrregularMove>();
        for (var row : rows) {
            append(row.events(), MetaData.with(Envelope.KEY, envelopeOf(row.row(), c, run)));
            events += row.events().size();
            for (var event : row.events()) {
                if (event instanceof StatusEvent move && move.irregular()) {
                    var from = Status.valueOf(move.from());
                    irregular.add(new IrregularMove(row.row().line(), from, Lifecycle.statusAfter(event, from)));
                }
            }
        }
        return new ImportResult(
                c.ticketId(), version, rows.size(), events, c.rows().size() - rows.size(), irregular);
    }

    private static Envelope envelopeOf(ImportRow row, ImportCase c, Envelope run) {
        return new Envelope(
                row.by(),
                run.client(),
                null,
                run.command(),
                run.causation(),
                run.correlation(),
                run.request(),
                "IMPORT",
                null,
                run.tenant(),
                run.writer(),
                new Envelope.ImportedRow(c.importId(), c.about().source(), row.ordinal(), row.line()));
    }

    private TicketResult decide(TicketCommand c, MetaData meta, Function<Ticket, List<TicketEvent>> decision) {
        var expected = c.expectedVersion();
        if (expected != null && expected != version) {
            throw new PreconditionFailed(version);
        }
        append(Erasure.keptBy(known(), decision.apply(known())), meta.subset(Envelope.KEY));
        return result(null);
    }

    private static void append(List<TicketEvent> events, MetaData envelope) {
        events.forEach(event -> AggregateLifecycle.apply(event, envelope));
    }

    /** The ticket as this unit of work sees it. */
    public Ticket ticket() {
        return known();
    }

    /** The ticket's attachments as this unit of work sees them. */
    public Attachments attachments() {
        return attachments;
    }

    private Ticket known() {
        return requireNonNull(ticket, "a ticket begins with TicketOpened or TicketImported");
    }

    private TicketResult result(@Nullable UUID messageId) {
        return new TicketResult(known().id(), known().number(), version, messageId, null);
    }

    @EventSourcingHandler
    void on(
            TicketEvent event,
            @SequenceNumber long sequence,
            @MetaDataValue(Envelope.KEY) @Nullable Envelope envelope) {
        id = event.streamId();
        ticket = Ticket.evolve(ticket, event);
        attachments = attachments.evolve(event);
        version = sequence + 1;
        var row = envelope == null ? null : envelope.imported();
        imported = row == null
                ? new Progress(imported.lastOrdinal(), true)
                : new Progress(Math.max(row.row(), imported.lastOrdinal()), imported.touched());
    }
}
