package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentJoinedTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentLeftTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.CategoryDefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.CustomFieldDefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessGranted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessRevoked;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueCreated;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueRestricted;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamCreated;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationCreated;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsShared;
import dev.hindsight.domain.people.PersonEvent.AgentAppointed;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.directory.DirectoryModel;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.tickets.TicketModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One fixed history and the rows that it makes, for ever: a fold that changes them needs a new definition version. */
class GoldenRowsTest {

    private static final Path WRITTEN = Path.of("target", "golden", "read-models.json");

    private static final UUID ANA = id(1);
    private static final UUID BEN = id(2);
    private static final UUID ACME = id(3);
    private static final UUID PRINTER = id(11);
    private static final UUID MAIL = id(12);
    private static final UUID IMPORTED = id(13);

    private final List<LoggedEvent> log = new ArrayList<>();
    private final Map<String, Long> versions = new HashMap<>();
    private Instant now = Instant.parse("2026-03-03T14:30:00.123456Z");

    @Test
    void a_fixed_history_makes_the_rows_that_it_always_made() throws IOException {
        people();
        printer();
        mail();
        imported();
        teamsAndGrants();
        files();
        var rows = rows();
        Files.createDirectories(WRITTEN.getParent());
        Files.writeString(WRITTEN, rows);
        try (var golden = getClass().getResourceAsStream("/golden/read-models.json")) {
            assertThat(golden)
                    .as("golden file; what the folds make now is in %s", WRITTEN)
                    .isNotNull();
            assertThat(rows).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void people() {
        add(ANA, new PersonRegistered(ANA, now, "Ana", "ana@example.org", "issuer", "ana", null, null));
        add(ANA, new AgentAppointed(ANA, now));
        add(ANA, new OrganizationCreated(ACME, now, "Acme"));
        add(ANA, new PersonRegistered(BEN, now, null, null, null, null, "servicenow", "Caller 12"));
        add(ANA, new PersonJoinedOrganization(BEN, now, ACME));
        add(ANA, new PersonRenamed(BEN, now, "Ben"));
        add(ANA, new QueueCreated("hardware", now, "Hardware"));
        add(ANA, new QueueChanged("hardware", now, "Things with plugs"));
        add(ANA, new CategoryDefined("printer", now, "Printers", null));
        add(ANA, new CustomFieldDefined("floor", now, "Floor", "SELECT", List.of("1", "2, \"mezzanine\"")));
    }

    private void teamsAndGrants() {
        add(ANA, new OrganizationTicketsShared(ACME, now));
        add(ANA, new TeamCreated("second-line", now, "Second"));
        add(ANA, new TeamChanged("second-line", now, "Second line"));
        add(ANA, new AgentJoinedTeam("second-line", now, BEN));
        add(ANA, new AgentJoinedTeam("second-line", now, ANA));
        add(ANA, new AgentLeftTeam("second-line", now, BEN));
        add(ANA, new QueueRestricted("hardware", now));
        add(ANA, new QueueAccessGranted("hardware", now, "second-line", true, true));
        add(ANA, new QueueAccessGranted("hardware", now, BEN.toString(), true, true));
        add(ANA, new QueueAccessGranted("hardware", now, BEN.toString(), true, false));
        add(ANA, new QueueAccessRevoked("hardware", now, "first-line"));
    }

    /** The whole way of an ordinary ticket. */
    private void printer() {
        var t = PRINTER;
        add(
                BEN,
                new TicketOpened(
                        t,
                        now,
                        1042,
                        "INCIDENT",
                        "Printer jammed",
                        id(101),
                        "It takes no paper.",
                        BEN,
                        ACME,
                        3,
                        3,
                        "P5",
                        "hindsight-1",
                        "hardware",
                        null,
                        List.of("vip"),
                        Map.of("floor", List.of("1")),
                        Map.of("serial", "SN-1"),
                        "WEB",
                        null));
        add(ANA, new TicketCategorized(t, now, null, "printer"));
        add(ANA, new TicketAssigned(t, now, null, ANA));
        add(ANA, new WorkStarted(t, now, "NEW", false));
        add(BEN, new RequesterReplied(t, now, id(102), BEN, "Hello?"));
        add(ANA, new PublicReplyAdded(t, now, id(103), ANA, "Is it on?"));
        add(ANA, new TicketPended(t, now, "OPEN", false));
        add(ANA, new InternalNoteAdded(t, now, id(104), ANA, "It is never on."));
        add(ANA, new TicketResumed(t, now, "PENDING", false));
        add(ANA, new TicketPrioritized(t, now, 1, 2, "P2", "hindsight-1"));
        add(ANA, new PriorityOverridden(t, now, "P2", "P1", "The boss prints."));
        add(ANA, new TicketPrioritized(t, now, 3, 3, "P5", "hindsight-1"));
        add(ANA, new PriorityOverrideWithdrawn(t, now, "P1", "P5"));
        add(ANA, new TicketPutOnHold(t, now, "OPEN", "OTHER", "Waits for paper.", false));
        add(ANA, new HoldReasonChanged(t, now, "OTHER", "VENDOR", null));
        add(ANA, new TicketResumed(t, now, "ON_HOLD", false));
        add(ANA, new CustomFieldChanged(t, now, "serial", null, null));
        add(ANA, new CustomFieldChanged(t, now, "floor", List.of("2, \"mezzanine\""), null));
        add(ANA, new TagAdded(t, now, "a, \"b\"\\"));
        add(ANA, new TagRemoved(t, now, "vip"));
        add(ANA, new TicketLinked(t, now, "CAUSED_BY", MAIL));
        add(ANA, new TicketLinked(t, now, "RELATES_TO", IMPORTED));
        add(ANA, new TicketUnlinked(t, now, "RELATES_TO", IMPORTED));
        add(ANA, new MajorIncidentDeclared(t, now));
        add(ANA, new TicketAssigned(t, now, ANA, BEN));
        add(ANA, new TicketUnassigned(t, now, BEN));
        add(ANA, new TicketResolved(t, now, "OPEN", "FIXED", null, now.plusSeconds(1_209_600), false));
        add(BEN, new TicketReopened(t, now, "RESOLVED", false));
        add(ANA, new TicketResolved(t, now, "OPEN", "OTHER", "Bought a new one.", now.plusSeconds(1_209_600), false));
        add(ANA, new TicketClosed(t, now, "RESOLVED", false));
    }

    /** One waits on the ticket, one goes with a note, one is taken away. */
    private void files() {
        file(BEN, 201, null, false);
        file(ANA, 202, null, true);
        add(ANA, new InternalNoteAdded(PRINTER, now, id(106), ANA, "See the log."));
        file(ANA, 202, id(106), true);
        file(ANA, 203, null, true);
        add(ANA, new AttachmentRemoved(PRINTER, now, id(203), true, "203.log"));
    }

    private void file(UUID by, int number, @Nullable UUID messageId, boolean internal) {
        add(
                by,
                new AttachmentAdded(
                        PRINTER,
                        now,
                        id(number),
                        messageId,
                        by,
                        internal,
                        "c0".repeat(32),
                        2048,
                        number + ".log",
                        "text/plain",
                        "d1".repeat(32),
                        "d3JhcHBlZA=="));
    }

    /** Marks, changes of what it is and whose, a cancellation. */
    private void mail() {
        var t = MAIL;
        add(
                ANA,
                new TicketOpened(
                        t,
                        now,
                        1043,
                        "QUESTION",
                        "Mail",
                        null,
                        null,
                        BEN,
                        null,
                        2,
                        2,
                        "P3",
                        "hindsight-1",
                        null,
                        null,
                        List.of(),
                        Map.of(),
                        Map.of(),
                        "API",
                        PRINTER));
        add(ANA, new TicketMarkedAsSpam(t, now));
        add(ANA, new TicketUnmarkedAsSpam(t, now));
        add(ANA, new TypeChanged(t, now, "QUESTION", "TASK"));
        add(ANA, new SubjectChanged(t, now, "Mail is slow"));
        add(ANA, new RequesterChanged(t, now, BEN, ANA, ACME));
        add(ANA, new TicketQueued(t, now, null, "hardware"));
        add(ANA, new MajorIncidentDeclared(t, now));
        add(ANA, new MajorIncidentStoodDown(t, now));
        add(ANA, new TicketCancelled(t, now, "NEW", "Nobody minds.", false));
    }

    /** What a foreign log may bring, moves outside the list too. */
    private void imported() {
        var t = IMPORTED;
        add(
                null,
                new TicketImported(
                        t,
                        now,
                        1044,
                        "helpdesk",
                        "Case 7",
                        "INCIDENT",
                        null,
                        false,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Map.of(),
                        Map.of(),
                        "IMPORT"));
        add(null, new ImportedActivityRecorded(t, now, "VERIFIED", null));
        add(null, new PublicReplyAdded(t, now, id(105), null, "Done."));
        add(null, new TicketClosed(t, now, "NEW", true));
        add(null, new WorkStarted(t, now, "CLOSED", true));
        add(ANA, new WatcherAdded(t, now, BEN));
        add(ANA, new WatcherAdded(t, now, ANA));
        add(BEN, new WatcherRemoved(t, now, BEN));
    }

    private void add(@Nullable UUID actor, Event event) {
        var position = log.size() + 1L;
        log.add(LoggedEvent.of(
                position,
                event.streamId(),
                versions.merge(event.streamId(), 1L, Long::sum),
                event.at().plusMillis(2),
                new Envelope(
                        actor == null
                                ? new Envelope.Actor(ActorKind.IMPORT, null, List.of())
                                : new Envelope.Actor(
                                        actor.equals(ANA) ? ActorKind.AGENT : ActorKind.REQUESTER, actor, List.of()),
                        null,
                        position == 20 ? BEN : null,
                        "command",
                        "command",
                        "correlation",
                        null,
                        "API",
                        position == 21 ? new Envelope.Rule("link-causes", 3) : null,
                        Envelope.TENANT,
                        "test",
                        null),
                event));
        now = now.plusSeconds(60);
    }

    private String rows() {
        var tables = new ArrayList<String>();
        try (var database = new Database()) {
            for (var model : List.of(new TicketModel(1), new DirectoryModel(1))) {
                project(database, model);
                database.rows(model.model())
                        .forEach((table, rows) ->
                                tables.add("\"" + table + "\": [\n" + String.join(",\n", rows) + "\n]"));
            }
        }
        return "{\n" + String.join(",\n", tables) + "\n}\n";
    }

    private <R> void project(Database database, StreamFold<R> model) {
        var arrivals = new MemoryLog().append(log).arrivals(model);
        for (var arrival : arrivals) {
            database.transact(connection -> assertThat(
                            new BatchProjector<>(model, new MemoryLog()).project(connection, List.of(arrival)))
                    .isZero());
        }
    }

    private static UUID id(int number) {
        return UUID.fromString("00000000-0000-7000-8000-%012d".formatted(number));
    }
}
