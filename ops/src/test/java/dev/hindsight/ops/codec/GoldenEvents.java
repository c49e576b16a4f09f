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
import dev.hindsight.domain.operations.OperationsEvent.Access;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One fixed event for every stored name: the content of the golden files. A line here is never changed. */
final class GoldenEvents {

    private static final Instant AT = Instant.parse("2026-11-21T09:30:15.250001Z");
    private static final UUID TICKET = UUID.fromString("0193a000-0000-7000-8000-000000001042");
    private static final UUID OTHER = UUID.fromString("0193a000-0000-7000-8000-000000001007");
    private static final UUID ANA = UUID.fromString("0193a000-0000-7000-8000-00000000a001");
    private static final UUID BEN = UUID.fromString("0193a000-0000-7000-8000-00000000b001");
    private static final UUID MESSAGE = UUID.fromString("0193a000-0000-7000-8000-00000000c001");
    private static final UUID ACME = UUID.fromString("0193a000-0000-7000-8000-00000000d001");
    private static final UUID JOB = UUID.fromString("0193a000-0000-7000-8000-00000000f001");
    private static final UUID IMPORT = UUID.fromString("0193a000-0000-7000-8000-00000000e001");

    private GoldenEvents() {}

    static List<Event> all() {
        return List.of(
                new TicketOpened(
                        TICKET,
                        AT,
                        1042,
                        "INCIDENT",
                        "Printer on floor 3 is jammed",
                        MESSAGE,
                        "Every page since 9:00 \u2013 \"paper jam\", tray 2.\nGrüße, Ana \uD83D\uDDA8",
                        ANA,
                        ACME,
                        2,
                        3,
                        "P4",
                        "hindsight-1",
                        "hardware",
                        "printers",
                        List.of("floor-3", "vip"),
                        Map.of("asset", List.of("PR-3-07"), "floors", List.of("2", "3")),
                        Map.of("location", "next to room 3.14", "model", "LaserWriter"),
                        "WEB",
                        OTHER),
                new TicketImported(
                        TICKET,
                        AT,
                        1043,
                        "servicenow",
                        "INC0000045",
                        "INCIDENT",
                        "Network: Symptom 72",
                        true,
                        ANA,
                        2,
                        2,
                        "P3",
                        "servicenow-1",
                        "group-56",
                        "category-55",
                        Map.of("made_sla", List.of("true")),
                        Map.of("u_symptom", "Symptom 72"),
                        "IMPORT"),
                new ImportedActivityRecorded(TICKET, AT, "Assign seriousness", BEN),
                new TicketCategorized(TICKET, AT, "printers", "printers-laser"),
                new TypeChanged(TICKET, AT, "INCIDENT", "PROBLEM"),
                new TicketPrioritized(TICKET, AT, 1, 2, "P2", "hindsight-1"),
                new PriorityOverridden(TICKET, AT, "P2", "P1", "The board meets on floor 3 today"),
                new PriorityOverrideWithdrawn(TICKET, AT, "P1", "P2"),
                new TicketMarkedAsSpam(TICKET, AT),
                new TicketUnmarkedAsSpam(TICKET, AT),
                new MajorIncidentDeclared(TICKET, AT),
                new MajorIncidentStoodDown(TICKET, AT),
                new SubjectChanged(TICKET, AT, "All printers on floor 3 are jammed"),
                new RequesterChanged(TICKET, AT, ANA, BEN, null),
                new CustomFieldChanged(TICKET, AT, "location", null, "now next to room 3.15"),
                new TagAdded(TICKET, AT, "vip"),
                new TagRemoved(TICKET, AT, "vip"),
                new TicketQueued(TICKET, AT, null, "hardware"),
                new TicketAssigned(TICKET, AT, null, BEN),
                new TicketUnassigned(TICKET, AT, BEN),
                new WatcherAdded(TICKET, AT, BEN),
                new WatcherRemoved(TICKET, AT, BEN),
                new RequesterReplied(TICKET, AT, MESSAGE, ANA, "It smokes now."),
                new PublicReplyAdded(TICKET, AT, MESSAGE, BEN, "Please unplug it, I am coming."),
                new InternalNoteAdded(TICKET, AT, MESSAGE, BEN, "Third time this month; order a new one."),
                new AttachmentAdded(
                        TICKET,
                        AT,
                        OTHER,
                        MESSAGE,
                        BEN,
                        true,
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                        48_211,
                        "tray 2 \u2013 jam.png",
                        "image/png",
                        "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                        "H6aLChL0R3hAM6ObIDWNVqTa8wTcHIGb2jVSWj3CQc1Whh6VOZvVNA=="),
                new AttachmentRemoved(TICKET, AT, OTHER, true, "tray 2 \u2013 jam.png"),
                new TicketLinked(TICKET, AT, "CAUSED_BY", OTHER),
                new TicketUnlinked(TICKET, AT, "CAUSED_BY", OTHER),
                new WorkStarted(TICKET, AT, "NEW", false),
                new TicketPended(TICKET, AT, "OPEN", false),
                new TicketPutOnHold(TICKET, AT, "OPEN", "OTHER", "until the fuser arrives", false),
                new HoldReasonChanged(TICKET, AT, "OTHER", "VENDOR", null),
                new TicketResumed(TICKET, AT, "ON_HOLD", false),
                new TicketResolved(
                        TICKET,
                        AT,
                        "OPEN",
                        "OTHER",
                        "Replaced by a newer printer",
                        Instant.parse("2026-11-28T09:30:15.25Z"),
                        false),
                new TicketReopened(TICKET, AT, "RESOLVED", false),
                new TicketClosed(TICKET, AT, "RESOLVED", false),
                new TicketCancelled(TICKET, AT, "OPEN", "Asked twice by mistake", true),
                new TicketReverted(
                        TICKET,
                        AT,
                        9,
                        4,
                        List.of("5", "6"),
                        "Closed by a script that ran twice",
                        List.of("customFields.location", "links", "requester", "status", "subject", "tags"),
                        "Printer on floor 3 smokes",
                        false,
                        "INCIDENT",
                        "printers",
                        ANA,
                        null,
                        1,
                        2,
                        "P2",
                        "hindsight-1",
                        "P1",
                        "hardware",
                        BEN,
                        2,
                        "CLOSED",
                        "RESOLVED",
                        "OTHER",
                        "Waits for the caretaker",
                        "OTHER",
                        "Replaced by a newer printer",
                        Instant.parse("2026-11-14T09:30:15.25Z"),
                        Instant.parse("2026-11-15T09:30:15.25Z"),
                        Instant.parse("2026-11-28T09:30:15.25Z"),
                        1,
                        1,
                        true,
                        true,
                        List.of("vip"),
                        List.of(BEN.toString()),
                        List.of("RELATES_TO:" + OTHER),
                        List.of("CAUSED_BY:" + OTHER),
                        Map.of("floor", List.of("3")),
                        Map.of("location", "next to room 3.14")),
                new PersonRegistered(
                        ANA,
                        AT,
                        "Ana Ivanová",
                        "ana@example.org",
                        "https://login.example.org",
                        "248289761001",
                        "servicenow",
                        "Caller 2403"),
                new PersonIdentified(ANA, AT, "https://login.example.org", "248289761001"),
                new PersonEmailVerified(ANA, AT, "ana.novak@example.org"),
                new PersonRenamed(ANA, AT, "Ana Novak"),
                new AgentAppointed(BEN, AT),
                new AgentDismissed(BEN, AT),
                new PersonJoinedOrganization(ANA, AT, ACME),
                new PersonLeftOrganization(ANA, AT, ACME),
                new OrganizationCreated(ACME, AT, "Acme"),
                new OrganizationChanged(ACME, AT, "Acme International"),
                new OrganizationTicketsShared(ACME, AT),
                new OrganizationTicketsUnshared(ACME, AT),
                new QueueCreated("hardware", AT, "Hardware"),
                new QueueChanged("hardware", AT, "Hardware and printers"),
                new QueueRestricted("hardware", AT),
                new QueueUnrestricted("hardware", AT),
                new QueueAccessGranted("hardware", AT, BEN.toString(), true, false),
                new QueueAccessRevoked("hardware", AT, "second-line"),
                new TeamCreated("second-line", AT, "Second line"),
                new TeamChanged("second-line", AT, "Second line, days"),
                new AgentJoinedTeam("second-line", AT, BEN),
                new AgentLeftTeam("second-line", AT, BEN),
                new CategoryDefined("printers-laser", AT, "Laser printers", "printers"),
                new CategoryChanged("printers-laser", AT, "Laser printers, large", null),
                new CustomFieldDefined("floors", AT, "Floors", "MULTI_SELECT", List.of("1", "2", "3")),
                new CustomFieldRedefined("floors", AT, "Floors", "MULTI_SELECT", List.of("1", "2", "3", "4")),
                new TicketContentErased(TICKET, AT, "RETENTION", "old-tickets"),
                new TicketEvent.LegalHoldPlaced(TICKET, AT, "Case 2026/114"),
                new TicketEvent.LegalHoldReleased(TICKET, AT, "Case 2026/114 is closed"),
                new ErasureRequested(ANA, AT, JOB, BEN, "Asked in writing on 20 November", true),
                new ErasureApproved(ANA, AT, JOB, OTHER),
                new ErasureDeclined(ANA, AT, JOB, OTHER),
                new PersonalDataErased(ANA, AT, JOB, BEN, "Asked in writing on 20 November", OTHER),
                new ErasureFinished(
                        ANA,
                        AT,
                        JOB,
                        Map.of("keys", "2 destroyed", "tickets", "1 erased"),
                        Map.of("backups", "those made before hold copies")),
                new PersonEvent.LegalHoldPlaced(ANA, AT, "Case 2026/114"),
                new PersonEvent.LegalHoldReleased(ANA, AT, "Case 2026/114 is closed"),
                new OrganizationEvent.LegalHoldPlaced(ACME, AT, "Case 2026/114"),
                new OrganizationEvent.LegalHoldReleased(ACME, AT, "Case 2026/114 is closed"),
                new RetentionRulePublished("old-tickets", AT, "P2Y", "hardware", "printers"),
                new RetentionRuleWithdrawn("old-tickets", AT),
                new LogInitialized(UUID.fromString("0193a000-0000-7000-8000-000000000001"), AT, 1),
                new EpochStarted(2, AT, 1_000, 1_007L),
                new ImportStarted(
                        IMPORT,
                        AT,
                        "servicenow",
                        "servicenow-incidents",
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                new ImportFinished(IMPORT, AT, 141_712, 24_918, 263_001, 6, 2),
                new ProjectionRebuildStarted(JOB, AT, "tickets", 4, 3, 1_000_000),
                new ProjectionRebuildCancelled(JOB, AT, "tickets", 4),
                new ProjectionRebuildFailed(JOB, AT, "tickets", 4, "PSQLException: SQLSTATE 53100"),
                new ProjectionVerified(
                        JOB, AT, "tickets", 4, 1_000_000, 1_804_311, 1, "ticket:150000:-31 ticket_link:0:0"),
                new ProjectionSwitched(JOB, AT, "tickets", 3, 4, 1_000_000, 1_000_002, "rows were deleted by hand"),
                new ProjectionSwitchReverted(JOB, AT, "tickets", 4, 3, 1_000_005, 1_000_005, null),
                new ProjectionRepaired(
                        JOB,
                        AT,
                        "tickets",
                        4,
                        1_000_010,
                        "queue billing",
                        312,
                        4_100,
                        3,
                        1,
                        "rows were changed by hand"),
                new RecoveryCreated(
                        JOB,
                        AT,
                        "before-the-import",
                        999_000,
                        AT.minusSeconds(3_600),
                        AT.plusSeconds(604_800),
                        "tickets were closed by mistake"),
                new RecoveryDropped(JOB, AT, "before-the-import", 999_000, "ORDERED"),
                new ReversionStarted(
                        JOB,
                        AT,
                        null,
                        null,
                        null,
                        BEN,
                        AT,
                        Instant.parse("2026-11-14T10:30:15.25Z"),
                        1_000_010,
                        4_998,
                        true,
                        "the script ran twice",
                        OTHER),
                new ReversionFinished(JOB, AT, false, 4_990, 5, 2, 1),
                new DeadLetterRetried(JOB, AT, "tickets", 4, 1_000_011, "all dead letters", 12, 2, "1.4.2 is deployed"),
                new DeadLetterSkipped(
                        JOB,
                        AT,
                        "tickets",
                        "ticket-0193a000-0000-7000-8000-00000000a001",
                        999_999,
                        "a note that nobody can read"),
                new AccessRecorded(
                        JOB,
                        AT,
                        List.of(
                                new Access(
                                        AT,
                                        UUID.fromString("0193a000-0000-7000-8000-00000000b001"),
                                        "crm",
                                        "GET /api/v1/tickets/{id}/conversation",
                                        200,
                                        UUID.fromString("0193a000-0000-7000-8000-00000000a001"),
                                        7L,
                                        JOB,
                                        "request-1",
                                        3),
                                new Access(AT, null, null, "GET /api/v1/feed", 401, null, null, null, null, 1)),
                        2),
                new AuditExportMade(
                        JOB,
                        AT,
                        List.of("ticket-0193a000-0000-7000-8000-00000000a001"),
                        12,
                        1_000_012,
                        1_000_012,
                        true,
                        999_000L,
                        "case 12 O 345/26"),
                new LedgerKeyRotated(
                        1_000_012,
                        AT,
                        "hindsight/log+3a5f+AQ==",
                        "hindsight/log+77b0+AQ==",
                        "hindsight-key-rotation-1\nhindsight/log\n1000012\n…\n\n— hindsight/log AAAA\n",
                        "once a year"));
    }
}
