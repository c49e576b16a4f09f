package dev.hindsight.projections.tickets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.FoldFailure;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the list row and the timeline say after events, in sentences. */
class TicketFoldTest {

    private static final UUID TICKET = new UUID(0, 1);
    private static final UUID REQUESTER = new UUID(0, 2);
    private static final UUID AGENT = new UUID(0, 3);
    private static final Instant START = Instant.parse("2026-03-03T14:30:00Z");

    private @Nullable TicketRow row;
    private long version;

    @Test
    void an_opened_ticket_is_new_and_its_description_is_the_first_message() {
        var step = open();
        assertThat(step.row().status()).isEqualTo("NEW");
        assertThat(step.row().priority()).isEqualTo(5);
        assertThat(step.message()).isNotNull();
        assertThat(Objects.requireNonNull(step.message()).body()).isEqualTo("It takes no paper.");
        assertThat(step.entry().changes())
                .extracting(FieldChange::field)
                .contains("subject", "status", "message")
                .doesNotContain("spam", "tags");
    }

    @Test
    void the_timeline_refers_to_messages_and_never_repeats_them() {
        open();
        var step = then(new InternalNoteAdded(TICKET, at(), new UUID(0, 9), AGENT, "He is always late."));
        assertThat(step.entry().internal()).isTrue();
        assertThat(step.entry().changes())
                .containsExactly(new FieldChange("message", null, new UUID(0, 9).toString(), false));
    }

    @Test
    void the_requesters_own_public_reply_is_no_first_response() {
        open();
        assertThat(then(new PublicReplyAdded(TICKET, at(), new UUID(0, 9), REQUESTER, "Me again"))
                        .row()
                        .firstRespondedAt())
                .isNull();
        var answered = then(new PublicReplyAdded(TICKET, at(), new UUID(0, 9), AGENT, "Hello"))
                .row();
        assertThat(answered.firstRespondedAt()).isEqualTo(answered.updatedAt());
        assertThat(then(new PublicReplyAdded(TICKET, at(), new UUID(0, 9), AGENT, "Hello?"))
                        .row()
                        .firstRespondedAt())
                .isEqualTo(answered.firstRespondedAt());
    }

    @Test
    void reopening_takes_back_what_resolving_set() {
        open();
        var until = at().plus(Duration.ofDays(14));
        var resolved = then(new TicketResolved(TICKET, at(), "NEW", "FIXED", null, until, false))
                .row();
        assertThat(resolved.resolvedAt()).isNotNull();
        assertThat(resolved.reopenUntil()).isEqualTo(until);
        var reopened = then(new TicketReopened(TICKET, at(), "RESOLVED", false)).row();
        assertThat(reopened)
                .returns("OPEN", TicketRow::status)
                .returns(null, TicketRow::resolvedAt)
                .returns(null, TicketRow::resolutionCode)
                .returns(null, TicketRow::reopenUntil)
                .returns(1, TicketRow::reopenCount);
    }

    @Test
    void closing_keeps_the_resolution_and_hold_reasons_end_with_the_hold() {
        open();
        var held = then(new TicketPutOnHold(TICKET, at(), "NEW", "OTHER", "snow", false));
        assertThat(held.entry().changes())
                .filteredOn(FieldChange::internal)
                .extracting(FieldChange::field)
                .containsExactly("holdReason", "holdReasonText");
        var resolved = then(new TicketResolved(TICKET, at(), "ON_HOLD", "FIXED", null, null, false))
                .row();
        assertThat(resolved.holdReason()).isNull();
        var closed = then(new TicketClosed(TICKET, at(), "RESOLVED", false)).row();
        assertThat(closed.resolutionCode()).isEqualTo("FIXED");
        assertThat(closed.resolvedAt()).isEqualTo(resolved.resolvedAt());
        assertThat(closed.closedAt()).isEqualTo(closed.updatedAt());
    }

    @Test
    void an_overridden_priority_stays_when_impact_changes() {
        open();
        then(new PriorityOverridden(TICKET, at(), "P5", "P1", "boss"));
        var row = then(new TicketPrioritized(TICKET, at(), 1, 2, "P2", "hindsight-1"))
                .row();
        assertThat(row.priority()).isEqualTo(1);
        assertThat(row.impact()).isEqualTo(1);
        assertThat(then(new PriorityOverrideWithdrawn(TICKET, at(), "P1", "P2"))
                        .row()
                        .priority())
                .isEqualTo(2);
    }

    @Test
    void watchers_come_and_go_unseen_by_the_requester() {
        open();
        var step = then(new WatcherAdded(TICKET, at(), REQUESTER));
        assertThat(step.row().watchers()).containsExactly(REQUESTER);
        assertThat(step.entry().internal()).isTrue();
        assertThat(step.entry().changes())
                .containsExactly(new FieldChange("watchers", List.of(), List.of(REQUESTER.toString()), true));
        assertThat(then(new WatcherRemoved(TICKET, at(), REQUESTER)).row().watchers())
                .isEmpty();
    }

    @Test
    void an_event_that_is_not_the_next_or_has_no_beginning_does_not_fit() {
        assertThatThrownBy(() -> TicketFold.step(null, logged(new TagAdded(TICKET, at(), "vip"), 1)))
                .isInstanceOf(FoldFailure.class);
        open();
        assertThatThrownBy(() -> TicketFold.step(row, logged(new TagAdded(TICKET, at(), "vip"), 3)))
                .isInstanceOf(FoldFailure.class)
                .hasMessage("version 2 expected, 3 came");
    }

    private TicketStep open() {
        return then(new TicketOpened(
                TICKET,
                at(),
                1042,
                "INCIDENT",
                "Printer jammed",
                new UUID(0, 8),
                "It takes no paper.",
                REQUESTER,
                null,
                3,
                3,
                "P5",
                "hindsight-1",
                null,
                null,
                List.of(),
                Map.of(),
                Map.of(),
                "API",
                null));
    }

    private TicketStep then(TicketEvent event) {
        version++;
        var step = TicketFold.step(row, logged(event, version));
        row = step.row();
        return step;
    }

    private Instant at() {
        return START.plusSeconds(version);
    }

    private static LoggedEvent logged(TicketEvent event, long version) {
        var actor = new Envelope.Actor(ActorKind.AGENT, AGENT, List.of("agent"));
        return LoggedEvent.of(
                version,
                event.streamId(),
                version,
                event.at(),
                new Envelope(actor, null, null, "c", "c", "c", null, "API", null, Envelope.TENANT, "test", null),
                event);
    }
}
