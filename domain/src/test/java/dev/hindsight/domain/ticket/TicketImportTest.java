package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.ImportRow.Message;
import dev.hindsight.domain.ticket.ImportRow.MessageKind;
import dev.hindsight.domain.ticket.ImportRow.StatedStatus;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.domain.ticket.TicketImport.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TicketImportTest {

    private static final Instant NOW = T0.plusSeconds(1_000_000);
    private static final Actor BY = new Actor(ActorKind.IMPORT, AGENT, List.of());

    /** ServiceNow's own: 3 × 3 is P4 there. */
    private static final PriorityMatrix THEIRS = new PriorityMatrix(
            "servicenow-1",
            List.of(
                    List.of(Priority.P1, Priority.P2, Priority.P3),
                    List.of(Priority.P2, Priority.P3, Priority.P4),
                    List.of(Priority.P3, Priority.P4, Priority.P4)));

    private static final ImportedCase CASE =
            new ImportedCase("desk", "7", TicketType.INCIDENT, Channel.IMPORT, true, THEIRS, null);

    private static List<TicketEvent> importing(RowOf... rows) {
        return importing(null, Progress.NONE, rows);
    }

    private static List<TicketEvent> importing(@Nullable Ticket ticket, Progress progress, RowOf... rows) {
        var numbered = new ArrayList<ImportRow>();
        for (var row : rows) {
            numbered.add(row.row(progress.lastOrdinal() + numbered.size() + 1));
        }
        return TicketImport.decide(ticket, progress, ID, () -> 1042, CASE, numbered, NOW).stream()
                .flatMap(imported -> imported.events().stream())
                .toList();
    }

    private static List<TicketEvent> afterFirst(RowOf... rows) {
        var all = new ArrayList<RowOf>();
        all.add(new RowOf());
        all.addAll(Arrays.asList(rows));
        var events = importing(all.toArray(RowOf[]::new));
        return events.subList(1, events.size());
    }

    /** A row that says nothing but what a test adds. */
    private static final class RowOf {
        Instant at = T0;

        @Nullable
        StatedStatus status;

        @Nullable
        Change<UUID> assignee;

        @Nullable
        Level impact;

        @Nullable
        Level urgency;

        @Nullable
        Priority priority;

        @Nullable
        String subject;

        @Nullable
        UUID requester;

        @Nullable
        Message message;

        Map<String, FieldValue> fields = Map.of();

        RowOf at(Instant at) {
            this.at = at;
            return this;
        }

        RowOf status(Status status) {
            this.status = StatedStatus.of(status);
            return this;
        }

        RowOf held(HoldReason reason) {
            this.status = new StatedStatus(Status.ON_HOLD, reason, null, null);
            return this;
        }

        RowOf assignee(@Nullable UUID assignee) {
            this.assignee = new Change<>(assignee);
            return this;
        }

        RowOf ranked(Level impact, Level urgency, Priority priority) {
            this.impact = impact;
            this.urgency = urgency;
            this.priority = priority;
            return this;
        }

        ImportRow row(int ordinal) {
            return new ImportRow(
                    ordinal,
                    ordinal + 1L,
                    at,
                    "Row " + ordinal,
                    BY,
                    status,
                    assignee,
                    null,
                    null,
                    null,
                    impact,
                    urgency,
                    priority,
                    fields,
                    List.of(),
                    subject,
                    requester,
                    message);
        }
    }

    @Test
    void the_first_row_opens_the_ticket_with_what_the_source_knows() {
        var row = new RowOf().ranked(Level.LOW, Level.LOW, Priority.P4);
        row.subject = " Printer\tjams ";
        row.requester = ANA;
        row.fields = Map.of("site", FieldValue.of("north"), "symptom", FieldValue.ofText("jam\0"));
        assertThat(importing(row))
                .containsExactly(new TicketImported(
                        ID,
                        T0,
                        1042,
                        "desk",
                        "7",
                        "INCIDENT",
                        "Printer jams",
                        true,
                        ANA,
                        3,
                        3,
                        "P4",
                        "servicenow-1",
                        null,
                        null,
                        Map.of("site", List.of("north")),
                        Map.of("symptom", "jam\ufffd"),
                        "IMPORT"));
    }

    @Test
    void what_the_source_does_not_know_stays_unknown() {
        var ticket = after(importing(new RowOf()));
        assertThat(ticket.about().subject()).isNull();
        assertThat(ticket.about().requesterId()).isNull();
        assertThat(ticket.ranking().priority()).isNull();
        assertThat(ticket.status()).isEqualTo(Status.NEW);
    }

    @Test
    void a_new_ticket_with_an_assignee_stays_new() {
        assertThat(afterFirst(new RowOf().status(Status.NEW).assignee(AGENT)))
                .containsExactly(new TicketAssigned(ID, T0, null, AGENT));
    }

    @Test
    void a_question_mark_takes_the_assignee_away() {
        assertThat(afterFirst(new RowOf().assignee(AGENT), new RowOf().assignee(null)))
                .containsExactly(new TicketAssigned(ID, T0, null, AGENT), new TicketUnassigned(ID, T0, AGENT));
    }

    @Test
    void legal_moves_are_regular_and_a_wait_from_new_starts_work_first() {
        assertThat(afterFirst(
                        new RowOf().held(HoldReason.VENDOR),
                        new RowOf().held(HoldReason.PROBLEM),
                        new RowOf().status(Status.OPEN),
                        new RowOf().status(Status.RESOLVED),
                        new RowOf().status(Status.OPEN),
                        new RowOf().status(Status.RESOLVED),
                        new RowOf().status(Status.CLOSED)))
                .containsExactly(
                        new WorkStarted(ID, T0, "NEW", false),
                        new TicketPutOnHold(ID, T0, "OPEN", "VENDOR", null, false),
                        new HoldReasonChanged(ID, T0, "VENDOR", "PROBLEM", null),
                        new TicketResumed(ID, T0, "ON_HOLD", false),
                        new TicketResolved(ID, T0, "OPEN", "UNKNOWN", null, null, false),
                        new TicketReopened(ID, T0, "RESOLVED", false),
                        new TicketResolved(ID, T0, "OPEN", "UNKNOWN", null, null, false),
                        new TicketClosed(ID, T0, "RESOLVED", false));
    }

    @Test
    void a_move_outside_the_table_is_stored_as_irregular() {
        assertThat(afterFirst(
                        new RowOf().status(Status.CLOSED),
                        new RowOf().status(Status.OPEN),
                        new RowOf().status(Status.RESOLVED),
                        new RowOf().held(HoldReason.OTHER)))
                .containsExactly(
                        new TicketClosed(ID, T0, "NEW", true),
                        new TicketReopened(ID, T0, "CLOSED", true),
                        new TicketResolved(ID, T0, "OPEN", "UNKNOWN", null, null, false),
                        new TicketPutOnHold(ID, T0, "RESOLVED", "OTHER", null, true));
    }

    @Test
    void a_row_that_changes_nothing_is_kept_as_an_activity() {
        assertThat(afterFirst(
                        new RowOf().status(Status.OPEN),
                        new RowOf().status(Status.OPEN).at(T1)))
                .containsExactly(
                        new WorkStarted(ID, T0, "NEW", false), new ImportedActivityRecorded(ID, T1, "Row 3", AGENT));
    }

    @Test
    void a_row_dated_before_the_row_above_moves_to_it_and_none_lies_in_the_future() {
        assertThat(afterFirst(
                        new RowOf().at(T2).status(Status.OPEN),
                        new RowOf().at(T1).status(Status.PENDING),
                        new RowOf().at(NOW.plusSeconds(5)).status(Status.OPEN)))
                .extracting(TicketEvent::at)
                .containsExactly(T2, T2, NOW);
    }

    @Test
    void what_the_source_states_against_its_own_matrix_is_an_override_until_it_agrees_again() {
        assertThat(afterFirst(
                        new RowOf().ranked(Level.LOW, Level.LOW, Priority.P4),
                        new RowOf().ranked(Level.LOW, Level.LOW, Priority.P1),
                        new RowOf().ranked(Level.LOW, Level.LOW, Priority.P4)))
                .containsExactly(
                        new TicketPrioritized(ID, T0, 3, 3, "P4", "servicenow-1"),
                        new PriorityOverridden(ID, T0, "P4", "P1", "As the source states."),
                        new PriorityOverrideWithdrawn(ID, T0, "P1", "P4"));
    }

    @Test
    void messages_of_generated_histories_keep_their_kind_and_move_nothing() {
        var row = new RowOf();
        row.message = new Message(MessageKind.PUBLIC_REPLY, MESSAGE, AGENT, "Which printer?");
        assertThat(afterFirst(row)).containsExactly(new PublicReplyAdded(ID, T0, MESSAGE, AGENT, "Which printer?"));
    }

    @Test
    void rows_that_were_imported_before_are_passed_over() {
        var ticket = after(importing(new RowOf(), new RowOf().status(Status.OPEN)));
        assertThat(importing(ticket, new Progress(2, false), new RowOf().status(Status.PENDING)))
                .containsExactly(new TicketPended(ID, T0, "OPEN", false));
        var again =
                List.of(new RowOf().row(1), new RowOf().status(Status.CLOSED).row(2));
        assertThat(TicketImport.decide(ticket, new Progress(2, true), ID, () -> 1, CASE, again, NOW))
                .isEmpty();
    }
}
