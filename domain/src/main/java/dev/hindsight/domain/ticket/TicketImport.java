package dev.hindsight.domain.ticket;

import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.ImportRow.Message;
import dev.hindsight.domain.ticket.ImportRow.StatedStatus;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decisions of their own for foreign histories: the ordinary events with the original times. Nothing is refused for
 * what the source did (a move outside the table is stored as irregular, an unknown stays null), and nothing is added
 * that the source did not say: giving a NEW ticket to a person leaves it NEW.
 */
public final class TicketImport {

    private TicketImport() {}

    /**
     * How far a ticket's import has come, as its events' envelopes tell.
     *
     * @param lastOrdinal of its rows, 0 before the first
     * @param touched whether anything but an import appended to it
     */
    public record Progress(int lastOrdinal, boolean touched) {
        public static final Progress NONE = new Progress(0, false);
    }

    /** What one row becomes; at least one event. */
    public record ImportedRowEvents(ImportRow row, List<TicketEvent> events) {}

    /**
     * What the rows beyond those already imported become; empty where there are none.
     *
     * @param ticket null before the first row
     * @param number asked only where the ticket begins here
     * @param now no row is dated after this moment
     * @throws dev.hindsight.domain.Refusal {@code TOUCHED_SINCE_IMPORT}
     */
    public static List<ImportedRowEvents> decide(
            @Nullable Ticket ticket,
            Progress progress,
            UUID ticketId,
            LongSupplier number,
            ImportedCase about,
            List<ImportRow> rows,
            Instant now) {
        var fresh = rows.stream()
                .filter(row -> row.ordinal() > progress.lastOrdinal())
                .toList();
        if (!fresh.isEmpty() && progress.touched()) {
            throw Refusals.touchedSinceImport();
        }
        var imported = new ArrayList<ImportedRowEvents>();
        var state = ticket;
        for (var row : fresh) {
            var at = row.at().isAfter(now) ? now : row.at();
            var events = new ArrayList<TicketEvent>();
            if (state == null) {
                var first = first(ticketId, number.getAsLong(), about, row, at);
                events.add(first);
                state = Ticket.evolve(null, first);
            }
            var decision = new Decision(state, at);
            append(decision, about, row);
            events.addAll(decision.events());
            if (events.isEmpty()) {
                decision.add(new ImportedActivityRecorded(
                        ticketId, decision.at(), row.activity(), row.by().person()));
                events.addAll(decision.events());
            }
            state = decision.ticket();
            imported.add(new ImportedRowEvents(row, List.copyOf(events)));
        }
        return imported;
    }

    private static TicketImported first(UUID id, long number, ImportedCase about, ImportRow row, Instant at) {
        var matrix = row.impact() == null || row.urgency() == null ? null : matrix(about);
        var priority = matrix == null
                ? row.priority()
                : matrix.priority(Objects.requireNonNull(row.impact()), Objects.requireNonNull(row.urgency()));
        var fields = repaired(row.fields());
        return new TicketImported(
                id,
                Ticket.micros(at),
                number,
                about.source(),
                about.sourceCase(),
                (row.type() == null ? about.type() : row.type()).name(),
                subject(row),
                about.subjectDerived(),
                row.requesterId(),
                row.impact() == null ? null : row.impact().number(),
                row.urgency() == null ? null : row.urgency().number(),
                priority == null ? null : priority.name(),
                matrix == null ? null : matrix.name(),
                row.queue() == null ? null : row.queue().to(),
                row.category() == null ? null : row.category().to(),
                NewTicket.values(fields),
                NewTicket.texts(fields),
                about.channel().name());
    }

    private static void append(Decision decision, ImportedCase about, ImportRow row) {
        var subject = subject(row);
        if (subject != null) {
            Classification.subject(decision, subject);
        }
        Classification.type(decision, row.type());
        Classification.category(decision, row.category());
        requester(decision, row.requesterId());
        Classification.prioritize(decision, row.impact(), row.urgency(), matrix(about));
        priority(decision, row.priority());
        Classification.fields(decision, repaired(row.fields()));
        row.tags().forEach(tag -> Classification.addTag(decision, Tags.normalize(tag)));
        Routing.queue(decision, row.queue());
        Routing.assignee(decision, row.assignee());
        message(decision, row.message());
        status(decision, about, row.status());
    }

    private static PriorityMatrix matrix(ImportedCase about) {
        return about.matrix() == null ? PriorityMatrix.HINDSIGHT : about.matrix();
    }

    private static @Nullable String subject(ImportRow row) {
        if (row.subject() == null) {
            return null;
        }
        var subject = PlainText.repairedLine(row.subject());
        return subject.isEmpty() ? null : subject;
    }

    private static Map<String, FieldValue> repaired(Map<String, FieldValue> fields) {
        var repaired = new HashMap<String, FieldValue>();
        fields.forEach((field, value) -> repaired.put(
                field, value.text() == null ? value : FieldValue.ofText(PlainText.repairedBody(value.text()))));
        return repaired;
    }

    private static void requester(Decision decision, @Nullable UUID requesterId) {
        var before = decision.ticket().about().requesterId();
        if (requesterId != null && !requesterId.equals(before)) {
            decision.add(new RequesterChanged(decision.ticket().id(), decision.at(), before, requesterId, null));
        }
    }

    /** What the source states against its own matrix is an override. */
    private static void priority(Decision decision, @Nullable Priority stated) {
        var ranking = decision.ticket().ranking();
        if (stated == null || stated == ranking.priority()) {
            return;
        } else if (stated == ranking.byMatrix()) {
            Classification.withdraw(decision);
        } else {
            Classification.override(decision, stated, "As the source states.");
        }
    }

    private static void message(Decision decision, @Nullable Message message) {
        if (message == null || message.body().isBlank()) {
            return;
        }
        var id = decision.ticket().id();
        var at = decision.at();
        var body = PlainText.repairedBody(message.body());
        decision.add(
                switch (message.kind()) {
                    case REQUESTER_REPLY -> new RequesterReplied(id, at, message.messageId(), message.authorId(), body);
                    case PUBLIC_REPLY -> new PublicReplyAdded(id, at, message.messageId(), message.authorId(), body);
                    case INTERNAL_NOTE -> new InternalNoteAdded(id, at, message.messageId(), message.authorId(), body);
                });
    }

    /** A statement of NEW or MERGED after the beginning has no event of its own and moves nothing. */
    private static void status(Decision decision, ImportedCase about, @Nullable StatedStatus stated) {
        var from = decision.ticket().status();
        if (stated == null || stated.status() == Status.NEW || stated.status() == Status.MERGED) {
            return;
        }
        var hold = Objects.requireNonNullElse(stated.holdReason(), HoldReason.OTHER);
        var text = stated.text() == null || stated.text().isBlank() ? null : PlainText.repairedBody(stated.text());
        if (stated.status() == from) {
            if (from == Status.ON_HOLD) {
                StatusChange.hold(decision, hold, text);
            }
            return;
        }
        if (from == Status.NEW && (stated.status() == Status.PENDING || stated.status() == Status.ON_HOLD)) {
            StatusChange.startWork(decision);
        }
        StatusChange.move(
                decision,
                stated.status(),
                hold,
                Objects.requireNonNullElse(stated.resolution(), ResolutionCode.UNKNOWN),
                text,
                about.reopenWindow());
    }
}
