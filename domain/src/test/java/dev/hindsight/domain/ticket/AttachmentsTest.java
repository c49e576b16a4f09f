package dev.hindsight.domain.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.ticket.Attachments.Stored;
import dev.hindsight.domain.ticket.Conversation.Reply;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AttachmentsTest {

    private static final UUID LEE = new UUID(1, 1);
    private static final UUID ANA = new UUID(1, 2);
    private static final UUID MESSAGE = new UUID(1, 3);
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");
    private static final Actor BY_LEE = new Actor(ActorKind.REQUESTER, LEE, List.of("requester"));
    private static final Actor BY_ANA = new Actor(ActorKind.AGENT, ANA, List.of("agent"));
    private static final Stored SHOT =
            new Stored(new UUID(2, 1), "shot.png", "image/png", 7, "c".repeat(64), "d".repeat(64), "key");
    private static final Stored LOG =
            new Stored(new UUID(2, 2), "x.log", "text/plain", 9, "e".repeat(64), "f".repeat(64), "key");

    private final Ticket ticket = Ticket.evolve(
            null,
            new TicketOpened(
                    new UUID(3, 1),
                    NOW,
                    7,
                    "INCIDENT",
                    "Jam",
                    null,
                    null,
                    LEE,
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
    private final Attachments withShotOfLee = after(Attachments.NONE.upload(ticket, BY_LEE, List.of(SHOT), NOW));
    private final Attachments withLogOfAna = after(Attachments.NONE.upload(ticket, BY_ANA, List.of(LOG), NOW));

    private static Attachments after(List<TicketEvent> events) {
        return after(Attachments.NONE, events);
    }

    private static Attachments after(Attachments before, List<TicketEvent> events) {
        var attachments = before;
        for (var event : events) {
            attachments = attachments.evolve(event);
        }
        return attachments;
    }

    private static AttachmentAdded only(Attachments attachments) {
        assertThat(attachments.present()).hasSize(1);
        return attachments.present().values().iterator().next();
    }

    private List<TicketEvent> reply(Attachments attachments, Actor by, Stored... files) {
        return Conversation.reply(
                ticket,
                attachments,
                new Reply(by, null, MESSAGE, "Look"),
                List.of(files).stream().map(Stored::id).toList(),
                NOW);
    }

    private List<TicketEvent> note(Attachments attachments, Stored file) {
        return Conversation.note(ticket, attachments, BY_ANA, MESSAGE, "Look", List.of(file.id(), file.id()), NOW);
    }

    @Test
    void what_the_requester_uploads_is_public_and_what_an_agent_uploads_is_internal() {
        assertThat(only(withShotOfLee).internal()).isFalse();
        assertThat(only(withLogOfAna).internal()).isTrue();
    }

    @Test
    void an_agents_upload_becomes_public_with_the_reply_that_carries_it() {
        var events = reply(withLogOfAna, BY_ANA, LOG);
        assertThat(events.getFirst()).isInstanceOf(PublicReplyAdded.class);
        var carried = only(after(withLogOfAna, events));
        assertThat(carried.internal()).isFalse();
        assertThat(carried.messageId()).isEqualTo(MESSAGE);
    }

    @Test
    void an_agents_upload_stays_internal_on_a_note() {
        var events = note(withLogOfAna, LOG);
        assertThat(events).hasSize(2); // the same id twice is once
        assertThat(only(after(withLogOfAna, events)).internal()).isTrue();
    }

    @Test
    void a_note_takes_nothing_that_the_requester_sees() {
        assertThatThrownBy(() -> note(withShotOfLee, SHOT)).isInstanceOf(InvalidRequest.class);
    }

    @Test
    void a_requester_can_not_send_what_is_internal() {
        assertThatThrownBy(() -> reply(withLogOfAna, BY_LEE, LOG)).isInstanceOf(InvalidRequest.class);
    }

    @Test
    void one_message_takes_an_attachment() {
        var carried = after(withShotOfLee, reply(withShotOfLee, BY_LEE, SHOT));
        assertThatThrownBy(() -> reply(carried, BY_ANA, SHOT)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> reply(Attachments.NONE, BY_ANA, SHOT)).isInstanceOf(InvalidRequest.class);
    }

    @Test
    void a_ticket_has_at_most_two_hundred() {
        var many = Collections.nCopies(Attachments.MOST + 1, SHOT);
        assertThatThrownBy(() -> Attachments.NONE.upload(ticket, BY_LEE, many, NOW))
                .isInstanceOfSatisfying(
                        Refusal.class, it -> assertThat(it.code()).isEqualTo("TOO_MANY_ATTACHMENTS"));
    }

    @Test
    void what_is_taken_away_is_gone_and_stays_gone() {
        var removed = withShotOfLee.remove(ticket, BY_LEE, SHOT.id(), NOW);
        assertThat(removed).containsExactly(new AttachmentRemoved(ticket.id(), NOW, SHOT.id(), false, "shot.png"));
        var without = after(withShotOfLee, removed);
        assertThat(without.present()).isEmpty();
        assertThat(without.referTo(SHOT.content())).isFalse();
        assertThat(without.remove(ticket, BY_LEE, SHOT.id(), NOW)).isEmpty();
    }

    @Test
    void a_requester_takes_away_only_what_is_theirs_and_was_not_sent() {
        var sent = after(withShotOfLee, reply(withShotOfLee, BY_LEE, SHOT));
        assertThatThrownBy(() -> sent.remove(ticket, BY_LEE, SHOT.id(), NOW)).isInstanceOf(Forbidden.class);
        assertThat(sent.remove(ticket, BY_ANA, SHOT.id(), NOW)).hasSize(1);
        assertThatThrownBy(() -> withLogOfAna.remove(ticket, BY_LEE, LOG.id(), NOW))
                .isInstanceOf(NotFound.class);
        var removed = after(withLogOfAna, withLogOfAna.remove(ticket, BY_ANA, LOG.id(), NOW));
        assertThatThrownBy(() -> removed.remove(ticket, BY_LEE, LOG.id(), NOW)).isInstanceOf(NotFound.class);
    }
}
