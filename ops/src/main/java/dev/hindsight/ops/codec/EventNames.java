package dev.hindsight.ops.codec;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentJoinedTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentLeftTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.CategoryChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.CategoryDefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.CustomFieldDefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.CustomFieldRedefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessGranted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessRevoked;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueCreated;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueRestricted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueUnrestricted;
import dev.hindsight.domain.configuration.ConfigurationEvent.RetentionRulePublished;
import dev.hindsight.domain.configuration.ConfigurationEvent.RetentionRuleWithdrawn;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamCreated;
import dev.hindsight.domain.operations.OperationsEvent.AccessRecorded;
import dev.hindsight.domain.operations.OperationsEvent.AuditExportMade;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterRetried;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterSkipped;
import dev.hindsight.domain.operations.OperationsEvent.EpochStarted;
import dev.hindsight.domain.operations.OperationsEvent.ImportFinished;
import dev.hindsight.domain.operations.OperationsEvent.ImportStarted;
import dev.hindsight.domain.operations.OperationsEvent.LedgerKeyRotated;
import dev.hindsight.domain.operations.OperationsEvent.LogInitialized;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildCancelled;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildFailed;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildStarted;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRepaired;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionSwitchReverted;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionSwitched;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionVerified;
import dev.hindsight.domain.operations.OperationsEvent.RecoveryCreated;
import dev.hindsight.domain.operations.OperationsEvent.RecoveryDropped;
import dev.hindsight.domain.operations.OperationsEvent.ReversionFinished;
import dev.hindsight.domain.operations.OperationsEvent.ReversionStarted;
import dev.hindsight.domain.people.OrganizationEvent;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationChanged;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationCreated;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsShared;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsUnshared;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.people.PersonEvent.AgentAppointed;
import dev.hindsight.domain.people.PersonEvent.AgentDismissed;
import dev.hindsight.domain.people.PersonEvent.ErasureApproved;
import dev.hindsight.domain.people.PersonEvent.ErasureDeclined;
import dev.hindsight.domain.people.PersonEvent.ErasureFinished;
import dev.hindsight.domain.people.PersonEvent.ErasureRequested;
import dev.hindsight.domain.people.PersonEvent.PersonEmailVerified;
import dev.hindsight.domain.people.PersonEvent.PersonIdentified;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonLeftOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.people.PersonEvent.PersonalDataErased;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentRemoved;
import dev.hindsight.domain.ticket.TicketEvent.CustomFieldChanged;
import dev.hindsight.domain.ticket.TicketEvent.HoldReasonChanged;
import dev.hindsight.domain.ticket.TicketEvent.ImportedActivityRecorded;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.MajorIncidentDeclared;
import dev.hindsight.domain.ticket.TicketEvent.MajorIncidentStoodDown;
import dev.hindsight.domain.ticket.TicketEvent.PriorityOverridden;
import dev.hindsight.domain.ticket.TicketEvent.PriorityOverrideWithdrawn;
import dev.hindsight.domain.ticket.TicketEvent.PublicReplyAdded;
import dev.hindsight.domain.ticket.TicketEvent.RequesterChanged;
import dev.hindsight.domain.ticket.TicketEvent.RequesterReplied;
import dev.hindsight.domain.ticket.TicketEvent.SubjectChanged;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TagRemoved;
import dev.hindsight.domain.ticket.TicketEvent.TicketAssigned;
import dev.hindsight.domain.ticket.TicketEvent.TicketCancelled;
import dev.hindsight.domain.ticket.TicketEvent.TicketCategorized;
import dev.hindsight.domain.ticket.TicketEvent.TicketClosed;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.domain.ticket.TicketEvent.TicketLinked;
import dev.hindsight.domain.ticket.TicketEvent.TicketMarkedAsSpam;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.TicketPended;
import dev.hindsight.domain.ticket.TicketEvent.TicketPrioritized;
import dev.hindsight.domain.ticket.TicketEvent.TicketPutOnHold;
import dev.hindsight.domain.ticket.TicketEvent.TicketQueued;
import dev.hindsight.domain.ticket.TicketEvent.TicketReopened;
import dev.hindsight.domain.ticket.TicketEvent.TicketResolved;
import dev.hindsight.domain.ticket.TicketEvent.TicketResumed;
import dev.hindsight.domain.ticket.TicketEvent.TicketReverted;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnassigned;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnlinked;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnmarkedAsSpam;
import dev.hindsight.domain.ticket.TicketEvent.TypeChanged;
import dev.hindsight.domain.ticket.TicketEvent.WatcherAdded;
import dev.hindsight.domain.ticket.TicketEvent.WatcherRemoved;
import dev.hindsight.domain.ticket.TicketEvent.WorkStarted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which stored name and current revision belong to which event. Names are ours for ever: a line is never changed or
 * removed; a new revision raises the number and adds an {@link Upcaster}.
 */
public final class EventNames {

    private final Map<String, EventKind> byName = new HashMap<>();
    private final Map<Class<?>, EventKind> byType = new HashMap<>();

    private EventNames(Builder builder) {
        for (EventKind kind : builder.kinds) {
            if (byName.putIfAbsent(kind.name(), kind) != null || byType.putIfAbsent(kind.type(), kind) != null) {
                throw new IllegalArgumentException("%s or its type is registered twice".formatted(kind.name()));
            }
        }
    }

    /** Every event of this version. */
    public static EventNames current() {
        return builder()
                .add("ticket.opened", 1, TicketOpened.class)
                .add("ticket.imported", 1, TicketImported.class)
                .add("ticket.activity-imported", 1, ImportedActivityRecorded.class)
                .add("ticket.categorized", 1, TicketCategorized.class)
                .add("ticket.type-changed", 1, TypeChanged.class)
                .add("ticket.prioritized", 1, TicketPrioritized.class)
                .add("ticket.priority-overridden", 1, PriorityOverridden.class)
                .add("ticket.priority-override-withdrawn", 1, PriorityOverrideWithdrawn.class)
                .add("ticket.marked-as-spam", 1, TicketMarkedAsSpam.class)
                .add("ticket.unmarked-as-spam", 1, TicketUnmarkedAsSpam.class)
                .add("ticket.major-incident-declared", 1, MajorIncidentDeclared.class)
                .add("ticket.major-incident-stood-down", 1, MajorIncidentStoodDown.class)
                .add("ticket.subject-changed", 1, SubjectChanged.class)
                .add("ticket.requester-changed", 1, RequesterChanged.class)
                .add("ticket.field-changed", 1, CustomFieldChanged.class)
                .add("ticket.tag-added", 1, TagAdded.class)
                .add("ticket.tag-removed", 1, TagRemoved.class)
                .add("ticket.queued", 1, TicketQueued.class)
                .add("ticket.assigned", 1, TicketAssigned.class)
                .add("ticket.unassigned", 1, TicketUnassigned.class)
                .add("ticket.watcher-added", 1, WatcherAdded.class)
                .add("ticket.watcher-removed", 1, WatcherRemoved.class)
                .add("ticket.requester-replied", 1, RequesterReplied.class)
                .add("ticket.public-reply-added", 1, PublicReplyAdded.class)
                .add("ticket.internal-note-added", 1, InternalNoteAdded.class)
                .add("ticket.attachment-added", 1, AttachmentAdded.class)
                .add("ticket.attachment-removed", 1, AttachmentRemoved.class)
                .add("ticket.linked", 1, TicketLinked.class)
                .add("ticket.unlinked", 1, TicketUnlinked.class)
                .add("ticket.content-erased", 1, TicketContentErased.class)
                .add("ticket.legal-hold-placed", 1, TicketEvent.LegalHoldPlaced.class)
                .add("ticket.legal-hold-released", 1, TicketEvent.LegalHoldReleased.class)
                .add("ticket.work-started", 1, WorkStarted.class)
                .add("ticket.pended", 1, TicketPended.class)
                .add("ticket.put-on-hold", 1, TicketPutOnHold.class)
                .add("ticket.hold-reason-changed", 1, HoldReasonChanged.class)
                .add("ticket.resumed", 1, TicketResumed.class)
                .add("ticket.resolved", 1, TicketResolved.class)
                .add("ticket.reopened", 1, TicketReopened.class)
                .add("ticket.closed", 1, TicketClosed.class)
                .add("ticket.cancelled", 1, TicketCancelled.class)
                .add("ticket.reverted", 1, TicketReverted.class)
                .add("person.registered", 1, PersonRegistered.class)
                .add("person.identified", 1, PersonIdentified.class)
                .add("person.verified-email", 1, PersonEmailVerified.class)
                .add("person.renamed", 1, PersonRenamed.class)
                .add("person.appointed-agent", 1, AgentAppointed.class)
                .add("person.dismissed-agent", 1, AgentDismissed.class)
                .add("person.joined-organization", 1, PersonJoinedOrganization.class)
                .add("person.left-organization", 1, PersonLeftOrganization.class)
                .add("person.erasure-requested", 1, ErasureRequested.class)
                .add("person.erasure-approved", 1, ErasureApproved.class)
                .add("person.erasure-declined", 1, ErasureDeclined.class)
                .add("person.data-erased", 1, PersonalDataErased.class)
                .add("person.erasure-finished", 1, ErasureFinished.class)
                .add("person.legal-hold-placed", 1, PersonEvent.LegalHoldPlaced.class)
                .add("person.legal-hold-released", 1, PersonEvent.LegalHoldReleased.class)
                .add("organization.created", 1, OrganizationCreated.class)
                .add("organization.changed", 1, OrganizationChanged.class)
                .add("organization.shared-tickets", 1, OrganizationTicketsShared.class)
                .add("organization.unshared-tickets", 1, OrganizationTicketsUnshared.class)
                .add("organization.legal-hold-placed", 1, OrganizationEvent.LegalHoldPlaced.class)
                .add("organization.legal-hold-released", 1, OrganizationEvent.LegalHoldReleased.class)
                .add("queue.created", 1, QueueCreated.class)
                .add("queue.changed", 1, QueueChanged.class)
                .add("queue.restricted", 1, QueueRestricted.class)
                .add("queue.unrestricted", 1, QueueUnrestricted.class)
                .add("queue.access-granted", 1, QueueAccessGranted.class)
                .add("queue.access-revoked", 1, QueueAccessRevoked.class)
                .add("team.created", 1, TeamCreated.class)
                .add("team.changed", 1, TeamChanged.class)
                .add("team.agent-joined", 1, AgentJoinedTeam.class)
                .add("team.agent-left", 1, AgentLeftTeam.class)
                .add("category.defined", 1, CategoryDefined.class)
                .add("category.changed", 1, CategoryChanged.class)
                .add("field.defined", 1, CustomFieldDefined.class)
                .add("field.redefined", 1, CustomFieldRedefined.class)
                .add("retention.rule-published", 1, RetentionRulePublished.class)
                .add("retention.rule-withdrawn", 1, RetentionRuleWithdrawn.class)
                .add("log.initialized", 1, LogInitialized.class)
                .add("log.epoch-started", 1, EpochStarted.class)
                .add("import.started", 1, ImportStarted.class)
                .add("import.finished", 1, ImportFinished.class)
                .add("projection.rebuild-started", 1, ProjectionRebuildStarted.class)
                .add("projection.rebuild-cancelled", 1, ProjectionRebuildCancelled.class)
                .add("projection.rebuild-failed", 1, ProjectionRebuildFailed.class)
                .add("projection.verified", 1, ProjectionVerified.class)
                .add("projection.switched", 1, ProjectionSwitched.class)
                .add("projection.switch-reverted", 1, ProjectionSwitchReverted.class)
                .add("projection.repaired", 1, ProjectionRepaired.class)
                .add("access.recorded", 1, AccessRecorded.class)
                .add("recovery.created", 1, RecoveryCreated.class)
                .add("recovery.dropped", 1, RecoveryDropped.class)
                .add("reversion.started", 1, ReversionStarted.class)
                .add("reversion.finished", 1, ReversionFinished.class)
                .add("audit.export-made", 1, AuditExportMade.class)
                .add("dead-letter.retried", 1, DeadLetterRetried.class)
                .add("dead-letter.skipped", 1, DeadLetterSkipped.class)
                .add("ledger.key-rotated", 1, LedgerKeyRotated.class)
                .build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Every kind, in no order. */
    public Collection<EventKind> kinds() {
        return byName.values();
    }

    /**
     * The kind of a stored name.
     *
     * @throws UnknownEventException when this version knows no such name, or only older revisions of it
     */
    EventKind find(String name, String revision) {
        EventKind kind = byName.get(name);
        if (kind == null) {
            throw new UnknownEventException(name, revision);
        }
        if (!kind.revisionText().equals(revision) && !kind.knowsOlder(revision)) {
            throw new UnknownEventException(name, revision);
        }
        return kind;
    }

    /** @throws IllegalArgumentException for a type that has no stored name */
    EventKind of(Class<?> type) {
        EventKind kind = byType.get(type);
        if (kind == null) {
            throw new IllegalArgumentException(type.getName() + " has no stored name: add it to EventNames");
        }
        return kind;
    }

    boolean knows(Class<?> type) {
        return byType.containsKey(type);
    }

    /** Collects names and upcasters. */
    public static final class Builder {

        private final List<EventKind> kinds = new ArrayList<>();

        /** @param upcasters one from each revision below the current one */
        public Builder add(String name, int revision, Class<? extends Event> type, Upcaster... upcasters) {
            kinds.add(new EventKind(name, revision, type, List.of(upcasters)));
            return this;
        }

        public EventNames build() {
            return new EventNames(this);
        }
    }
}
