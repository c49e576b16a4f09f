package dev.hindsight.command.ticket;

import static dev.hindsight.command.ticket.TicketFixture.*;

import dev.hindsight.command.ticket.ImportResult.IrregularMove;
import dev.hindsight.command.ticket.TicketCommand.AddNote;
import dev.hindsight.command.ticket.TicketCommand.ImportCase;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.ImportRow;
import dev.hindsight.domain.ticket.ImportRow.StatedStatus;
import dev.hindsight.domain.ticket.ImportedCase;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.domain.ticket.TicketType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImportCaseTest {

    private static final UUID RUN = UUID.fromString("01900000-0000-7000-8000-0000000000ff");
    private static final Actor IMPORTER = new Actor(ActorKind.IMPORT, null, List.of());
    private static final ImportedCase CASE =
            new ImportedCase("desk", "case-7", TicketType.INCIDENT, Channel.IMPORT, false, null, null);

    private static final TicketImported IMPORTED = new TicketImported(
            ID,
            T0,
            1042,
            "desk",
            "case-7",
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
            "IMPORT");

    private static ImportRow row(int ordinal, Instant at, String activity, @Nullable Status status) {
        return new ImportRow(
                ordinal,
                ordinal + 1L,
                at,
                activity,
                new Actor(ActorKind.IMPORT, AGENT, List.of()),
                status == null ? null : StatedStatus.of(status),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                List.of(),
                null,
                null,
                null);
    }

    private static ImportCase rows(ImportRow... rows) {
        return new ImportCase(
                ID, IMPORTER, Instant.parse("2026-06-01T00:00:00Z"), RUN, () -> 1042, CASE, List.of(rows));
    }

    private static final ImportCase FILE =
            rows(row(1, T0, "Insert ticket", null), row(2, T1, "Closed", Status.CLOSED), row(3, T0, "Verified", null));

    @Test
    void a_case_becomes_ordinary_events_with_the_original_times() {
        givenNothing()
                .when(FILE, META)
                .expectEvents(
                        IMPORTED,
                        new TicketClosed(ID, T1, "NEW", true),
                        new ImportedActivityRecorded(ID, T1, "Verified", AGENT))
                .expectResultMessagePayload(
                        new ImportResult(ID, 3, 3, 3, 0, List.of(new IrregularMove(3, Status.NEW, Status.CLOSED))));
    }

    @Test
    void each_event_names_its_row_and_who_did_it() {
        givenNothing()
                .when(FILE, META)
                .expectEvents(
                        stored(IMPORTED, 1),
                        stored(new TicketClosed(ID, T1, "NEW", true), 2),
                        stored(new ImportedActivityRecorded(ID, T1, "Verified", AGENT), 3));
    }

    @Test
    void importing_again_changes_nothing() {
        given(List.of(stored(IMPORTED, 1), stored(new TicketClosed(ID, T1, "NEW", true), 2)))
                .when(rows(row(1, T0, "Insert ticket", null), row(2, T1, "Closed", Status.CLOSED)), META)
                .expectNoEvents()
                .expectResultMessagePayload(new ImportResult(ID, 2, 0, 0, 2, List.of()));
    }

    @Test
    void a_longer_file_adds_its_new_rows() {
        given(List.of(stored(IMPORTED, 1), stored(new TicketClosed(ID, T1, "NEW", true), 2)))
                .when(FILE, META)
                .expectEvents(new ImportedActivityRecorded(ID, T1, "Verified", AGENT))
                .expectResultMessagePayload(new ImportResult(ID, 3, 1, 1, 2, List.of()));
    }

    @Test
    void new_rows_stay_out_where_people_worked_the_ticket_since() {
        var touched = List.of(
                stored(IMPORTED, 1),
                new GenericEventMessage<>(new InternalNoteAdded(ID, T1, MESSAGE, AGENT, "Called."), META));
        given(touched).when(FILE, META).expectNoEvents().expectException(refusal("TOUCHED_SINCE_IMPORT"));
        given(touched)
                .when(rows(row(1, T0, "Insert ticket", null)), META)
                .expectNoEvents()
                .expectSuccessfulHandlerExecution();
    }

    @Test
    void a_ticket_opened_here_takes_no_rows() {
        given(newTicket()).when(FILE, META).expectNoEvents().expectException(refusal("TOUCHED_SINCE_IMPORT"));
    }

    @Test
    void an_imported_ticket_is_worked_like_any_other() {
        given(List.of(stored(IMPORTED, 1)))
                .when(new AddNote(ID, BY_AGENT, T2, MESSAGE, "Called."), META)
                .expectEvents(
                        new GenericEventMessage<>(new InternalNoteAdded(ID, T2, MESSAGE, AGENT, "Called."), META));
    }

    private static EventMessage<?> stored(TicketEvent event, int row) {
        var envelope = new Envelope(
                new Actor(ActorKind.IMPORT, AGENT, List.of()),
                null,
                null,
                ENVELOPE.command(),
                ENVELOPE.causation(),
                ENVELOPE.correlation(),
                ENVELOPE.request(),
                "IMPORT",
                null,
                ENVELOPE.tenant(),
                ENVELOPE.writer(),
                new Envelope.ImportedRow(RUN, "desk", row, row + 1L));
        return new GenericEventMessage<>(event, MetaData.with(Envelope.KEY, envelope));
    }
}
