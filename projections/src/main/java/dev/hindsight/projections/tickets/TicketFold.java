package dev.hindsight.projections.tickets;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.FoldFailure;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How an event changes the rows of its ticket: a pure function that knows no clock, no configuration and no other
 * ticket. Live processing, rebuilds and every look at the past run it, so that they agree row for row.
 */
public final class TicketFold {

    private static final String CUSTOM_FIELD = "customFields.";

    private final LoggedEvent logged;
    private final TicketEvent event;
    private final @Nullable TicketRow before;
    private final List<FieldChange> extra = new ArrayList<>(2);
    private TicketStep.@Nullable Message message;
    private final List<TicketStep.Link> links = new ArrayList<>(0);
    private TicketStep.@Nullable Attachment attachment;

    private TicketFold(@Nullable TicketRow before, LoggedEvent logged, TicketEvent event) {
        this.before = before;
        this.logged = logged;
        this.event = event;
    }

    /**
     * Applies one event.
     *
     * @param before the row after the ticket's previous event, null before its first
     * @throws FoldFailure when the event does not fit: not the next version, or not an opening where there is no row
     */
    public static TicketStep step(@Nullable TicketRow before, LoggedEvent logged) {
        if (!(logged.event() instanceof TicketEvent event)) {
            throw new FoldFailure(
                    "not a ticket event: " + logged.event().getClass().getSimpleName());
        }
        var expected = before == null ? 1 : before.version() + 1;
        if (logged.version() != expected) {
            throw new FoldFailure("version " + expected + " expected, " + logged.version() + " came");
        }
        return new TicketFold(before, logged, event).step();
    }

    /** The row after an event that is left out: all but its place is as it was. */
    public static TicketRow leftOut(TicketRow before, long version, long position) {
        var draft = new TicketDraft(before);
        draft.version = version;
        draft.lastPosition = position;
        return draft.row();
    }

    private TicketStep step() {
        var after = apply();
        after.version = logged.version();
        after.lastPosition = logged.position();
        after.updatedAt = event.at();
        var row = after.row();
        var changes = TicketChanges.between(before, row);
        changes.addAll(extra);
        return new TicketStep(row, entry(changes), message, List.copyOf(links), attachment);
    }

    private TicketDraft apply() {
        return switch (event) {
            case TicketOpened e -> opened(e);
            case TicketImported e -> imported(e);
            case ImportedActivityRecorded e -> {
                extra("activity", null, e.activity(), false);
                yield going();
            }
            case TicketCategorized e -> {
                var t = going();
                t.category = e.category();
                yield t;
            }
            case TypeChanged e -> {
                var t = going();
                t.type = e.type();
                yield t;
            }
            case TicketPrioritized e -> prioritized(e);
            case PriorityOverridden e -> {
                var t = going();
                t.priority = priority(e.priority());
                t.priorityOverridden = true;
                extra("priorityOverrideReason", null, e.reason(), true);
                yield t;
            }
            case PriorityOverrideWithdrawn e -> {
                var t = going();
                t.priority = priority(e.priority());
                t.priorityOverridden = false;
                yield t;
            }
            case TicketMarkedAsSpam e -> {
                var t = going();
                t.spam = true;
                yield t;
            }
            case TicketUnmarkedAsSpam e -> {
                var t = going();
                t.spam = false;
                yield t;
            }
            case MajorIncidentDeclared e -> {
                var t = going();
                t.majorIncident = true;
                yield t;
            }
            case MajorIncidentStoodDown e -> {
                var t = going();
                t.majorIncident = false;
                yield t;
            }
            case SubjectChanged e -> {
                var t = going();
                t.subject = e.subject();
                t.subjectDerived = false;
                yield t;
            }
            case RequesterChanged e -> {
                var t = going();
                t.requester = e.requesterId();
                t.organization = e.organizationId();
                yield t;
            }
            case CustomFieldChanged e -> {
                var t = going();
                // Where the content is erased a text is read that never was: a field has a value or a text.
                var text = e.value() == null ? e.text() : null;
                t.field(e.field(), e.value() == null && text == null ? null : new FieldValue(e.value(), text));
                yield t;
            }
            case TagAdded e -> {
                var t = going();
                t.tag(List.of(e.tag()));
                yield t;
            }
            case TagRemoved e -> {
                var t = going();
                t.untag(e.tag());
                yield t;
            }
            case TicketQueued e -> {
                var t = going();
                t.queue = e.queue();
                yield t;
            }
            case TicketAssigned e -> {
                var t = going();
                if (t.assignee != null) {
                    t.reassignmentCount++;
                }
                t.assignee = e.assigneeId();
                yield t;
            }
            case TicketUnassigned e -> {
                var t = going();
                t.assignee = null;
                yield t;
            }
            case WatcherAdded e -> {
                var t = going();
                t.watch(e.personId());
                yield t;
            }
            case WatcherRemoved e -> {
                var t = going();
                t.unwatch(e.personId());
                yield t;
            }
            case RequesterReplied e -> said(e, "REQUESTER_REPLY");
            case PublicReplyAdded e -> {
                var t = said(e, "PUBLIC_REPLY");
                if (t.firstRespondedAt == null
                        && (e.authorId() == null || !e.authorId().equals(t.requester))) {
                    t.firstRespondedAt = e.at();
                }
                yield t;
            }
            case InternalNoteAdded e -> said(e, "INTERNAL_NOTE");
            case AttachmentAdded e -> {
                attached(e.attachmentId(), e);
                extra("attachments", null, e.name(), e.internal());
                yield going();
            }
            case AttachmentRemoved e -> {
                attached(e.attachmentId(), null);
                extra("attachments", e.name(), null, e.internal());
                yield going();
            }
            case TicketLinked e -> {
                linked(e.type(), e.otherId(), true);
                yield going();
            }
            case TicketUnlinked e -> {
                linked(e.type(), e.otherId(), false);
                yield going();
            }
            case TicketContentErased e -> going();
            case LegalHoldPlaced e -> {
                extra("legalHold", null, e.reason(), true);
                yield going();
            }
            case LegalHoldReleased e -> {
                extra("legalHold", e.reason(), null, true);
                yield going();
            }
            case WorkStarted e -> moved(e, "OPEN");
            case TicketPended e -> moved(e, "PENDING");
            case TicketPutOnHold e -> {
                var t = moved(e, "ON_HOLD");
                t.holdReason = e.reason();
                t.holdReasonText = e.reasonText();
                yield t;
            }
            case HoldReasonChanged e -> {
                var t = going();
                t.holdReason = e.reason();
                t.holdReasonText = e.reasonText();
                yield t;
            }
            case TicketResumed e -> moved(e, "OPEN");
            case TicketResolved e -> {
                var t = moved(e, "RESOLVED");
                t.resolutionCode = e.resolutionCode();
                t.resolutionText = e.resolutionText();
                t.resolvedAt = e.at();
                t.reopenUntil = e.reopenUntil();
                yield t;
            }
            case TicketReopened e -> {
                var t = moved(e, "OPEN");
                t.reopenCount++;
                yield t;
            }
            case TicketClosed e -> {
                var t = moved(e, "CLOSED");
                t.closedAt = e.at();
                yield t;
            }
            case TicketCancelled e -> {
                var t = moved(e, "CANCELLED");
                t.closedAt = e.at();
                if (e.reason() != null) {
                    extra("cancelReason", null, e.reason(), true);
                }
                yield t;
            }
            case TicketReverted e -> reverted(e);
        };
    }

    private TicketDraft opened(TicketOpened e) {
        var t = begun(new TicketDraft(e.ticketId(), e.number(), e.type(), e.channel(), e.at()));
        t.subject = e.subject();
        t.requester = e.requesterId();
        t.organization = e.organizationId();
        t.impact = e.impact();
        t.urgency = e.urgency();
        t.priority = priority(e.priority());
        t.matrix = e.matrix();
        t.queue = e.queue();
        t.category = e.category();
        t.tag(e.tags());
        fields(t, e.fields(), e.texts());
        t.followUpOf = e.followUpOf();
        if (e.followUpOf() != null) {
            linked("FOLLOW_UP_OF", e.followUpOf(), true);
        }
        if (e.descriptionId() != null && e.description() != null) {
            t.descriptionId = e.descriptionId();
            t.description = e.description();
            message = message(e.descriptionId(), "REQUESTER_REPLY", e.requesterId(), e.description());
        }
        return t;
    }

    private TicketDraft imported(TicketImported e) {
        var t = begun(new TicketDraft(e.ticketId(), e.number(), e.type(), e.channel(), e.at()));
        t.importSource = e.source();
        t.importCase = e.sourceCase();
        t.subject = e.subject();
        t.subjectDerived = e.subjectDerived();
        t.requester = e.requesterId();
        t.impact = e.impact();
        t.urgency = e.urgency();
        t.priority = priority(e.priority());
        t.matrix = e.matrix();
        t.queue = e.queue();
        t.category = e.category();
        fields(t, e.fields(), e.texts());
        return t;
    }

    private TicketDraft prioritized(TicketPrioritized e) {
        var t = going();
        t.impact = e.impact();
        t.urgency = e.urgency();
        t.matrix = e.matrix();
        if (!t.priorityOverridden) {
            t.priority = priority(e.priority());
        }
        return t;
    }

    private TicketDraft reverted(TicketReverted e) {
        var t = going();
        extra("revertReason", null, e.reason(), true);
        for (var field : e.restored()) {
            switch (field) {
                case "subject" -> {
                    t.subject = e.subject();
                    t.subjectDerived = e.subjectDerived();
                }
                case "type" -> t.type = Objects.requireNonNull(e.type());
                case "category" -> t.category = e.category();
                case "requester" -> {
                    t.requester = e.requesterId();
                    t.organization = e.organizationId();
                }
                case "ranking" -> {
                    t.impact = e.impact();
                    t.urgency = e.urgency();
                    t.matrix = e.matrix();
                    reprioritized(t, e);
                }
                case "priorityOverride" -> {
                    t.priorityOverridden = e.priorityOverride() != null;
                    reprioritized(t, e);
                }
                case "queue" -> t.queue = e.queue();
                case "assignee" -> {
                    t.assignee = e.assigneeId();
                    t.reassignmentCount = e.reassignmentCount();
                }
                case "status" -> standing(t, e);
                case "spam" -> t.spam = e.spam();
                case "majorIncident" -> t.majorIncident = e.majorIncident();
                case "tags" -> t.tags = e.tags().stream().sorted().toList();
                case "watchers" ->
                    t.watchers = e.watchers().stream().map(UUID::fromString).toList();
                case "links" -> {
                    e.unlinked().forEach(it -> linked(it, false));
                    e.linked().forEach(it -> linked(it, true));
                }
                default -> {
                    if (!field.startsWith(CUSTOM_FIELD)) {
                        throw new FoldFailure("a revert restores an unknown field");
                    }
                    var key = field.substring(CUSTOM_FIELD.length());
                    var value = e.fields().get(key);
                    var text = e.texts().get(key);
                    t.field(key, value == null && text == null ? null : new FieldValue(value, text));
                }
            }
        }
        return t;
    }

    /** Until an override is restored too, the one that is there goes on. */
    private static void reprioritized(TicketDraft t, TicketReverted e) {
        if (e.restored().contains("priorityOverride")) {
            t.priority = priority(e.priorityOverride() == null ? e.byMatrix() : e.priorityOverride());
        } else if (!t.priorityOverridden) {
            t.priority = priority(e.byMatrix());
        }
    }

    private static void standing(TicketDraft t, TicketReverted e) {
        t.status = Objects.requireNonNull(e.status());
        // Where the content is erased texts are read that never were.
        t.holdReason = e.holdReason();
        t.holdReasonText = e.holdReason() == null ? null : e.holdReasonText();
        t.resolutionCode = e.resolutionCode();
        t.resolutionText = e.resolutionCode() == null ? null : e.resolutionText();
        t.resolvedAt = e.resolvedAt();
        t.closedAt = e.closedAt();
        t.reopenUntil = e.reopenUntil();
        t.reopenCount = e.reopenCount();
        t.irregularMoves = e.irregularMoves();
    }

    private void linked(String typeAndId, boolean linked) {
        var colon = typeAndId.indexOf(':');
        linked(typeAndId.substring(0, colon), UUID.fromString(typeAndId.substring(colon + 1)), linked);
    }

    private TicketDraft said(MessageEvent e, String kind) {
        message = message(e.messageId(), kind, e.authorId(), e.body());
        return going();
    }

    /** What belongs to the status that is left ends with it; a closing keeps the resolution that it confirms. */
    private TicketDraft moved(StatusEvent e, String to) {
        var t = going();
        t.status = to;
        t.holdReason = null;
        t.holdReasonText = null;
        t.closedAt = null;
        if (!to.equals("CLOSED")) {
            t.resolutionCode = null;
            t.resolutionText = null;
            t.resolvedAt = null;
            t.reopenUntil = null;
        }
        if (e.irregular()) {
            t.irregularMoves++;
        }
        return t;
    }

    private TicketDraft begun(TicketDraft draft) {
        if (before != null) {
            throw new FoldFailure("the ticket begins twice");
        }
        return draft;
    }

    private TicketDraft going() {
        if (before == null) {
            throw new FoldFailure("the ticket does not begin with an opening");
        }
        return new TicketDraft(before);
    }

    private void linked(String type, UUID otherId, boolean linked) {
        links.add(new TicketStep.Link(event.ticketId(), type, otherId, logged.version(), logged.position(), linked));
        var other = otherId.toString();
        extra("links." + type, linked ? null : other, linked ? other : null, false);
    }

    private void attached(UUID id, @Nullable AttachmentAdded added) {
        attachment = new TicketStep.Attachment(event.ticketId(), id, logged.version(), logged.position(), added);
    }

    private TicketStep.Message message(UUID id, String kind, @Nullable UUID author, String body) {
        extra("message", null, id.toString(), false);
        return new TicketStep.Message(
                event.ticketId(),
                logged.version(),
                logged.position(),
                id,
                kind,
                author,
                authorKind(kind, author),
                body,
                event.at());
    }

    /** The actor's own kind where the actor wrote it; else what the kind of message tells. */
    private ActorKind authorKind(String kind, @Nullable UUID author) {
        var actor = logged.envelope().actor();
        var own = actor.kind() != ActorKind.IMPORT
                && (author == null ? actor.person() == null : author.equals(actor.person()));
        if (own) {
            return actor.kind();
        }
        return kind.equals("REQUESTER_REPLY") ? ActorKind.REQUESTER : ActorKind.AGENT;
    }

    private TicketStep.Entry entry(List<FieldChange> changes) {
        Envelope envelope = logged.envelope();
        var rule = envelope.rule();
        return new TicketStep.Entry(
                event.ticketId(),
                logged.version(),
                logged.position(),
                event.getClass().getSimpleName(),
                envelope.actor().kind(),
                envelope.actor().person(),
                envelope.onBehalfOf(),
                rule == null ? null : rule.id(),
                rule == null ? null : rule.version(),
                event.at(),
                logged.recordedAt(),
                isInternal(),
                List.copyOf(changes));
    }

    private boolean isInternal() {
        return event instanceof InternalNoteAdded
                || event instanceof WatcherAdded
                || event instanceof WatcherRemoved
                || event instanceof LegalHoldPlaced
                || event instanceof LegalHoldReleased
                || (event instanceof TicketReverted reverted
                        && List.of("watchers").equals(reverted.restored()))
                || (event instanceof AttachmentAdded added && added.internal())
                || (event instanceof AttachmentRemoved removed && removed.internal());
    }

    private void extra(String field, @Nullable Object was, @Nullable Object is, boolean internal) {
        extra.add(new FieldChange(field, was, is, internal));
    }

    private static void fields(TicketDraft t, Map<String, List<String>> values, Map<String, String> texts) {
        values.forEach((field, value) -> t.field(field, new FieldValue(value, null)));
        texts.forEach((field, text) -> t.field(field, FieldValue.ofText(text)));
    }

    /** P1 to P5 as a number, so that lists sort by it. */
    private static @Nullable Integer priority(@Nullable String name) {
        if (name == null) {
            return null;
        }
        if (name.length() != 2 || name.charAt(0) != 'P' || name.charAt(1) < '1' || name.charAt(1) > '5') {
            throw new FoldFailure("not a priority");
        }
        return name.charAt(1) - '0';
    }
}
