package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Conversation.Reply;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class ConversationTest {

    private static final Instant IN_TIME = T1.plus(WINDOW);
    private static final Instant TOO_LATE = IN_TIME.plusNanos(1_000);

    @ParameterizedTest
    @CsvSource({
        "NEW, RequesterReplied",
        "OPEN, RequesterReplied",
        "PENDING, RequesterReplied TicketResumed",
        "ON_HOLD, RequesterReplied",
        "RESOLVED, RequesterReplied TicketReopened"
    })
    void a_requesters_reply_resumes_and_reopens(Status status, String events) {
        assertThat(names(Conversation.reply(ticket(status), reply(BY_ANA), IN_TIME)))
                .isEqualTo(events);
    }

    @ParameterizedTest
    @CsvSource({
        "NEW, PublicReplyAdded WorkStarted",
        "OPEN, PublicReplyAdded",
        "PENDING, PublicReplyAdded",
        "ON_HOLD, PublicReplyAdded",
        "RESOLVED, PublicReplyAdded"
    })
    void an_agents_reply_starts_work_and_moves_nothing_else(Status status, String events) {
        assertThat(names(Conversation.reply(ticket(status), reply(BY_AGENT), TOO_LATE)))
                .isEqualTo(events);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"CLOSED", "CANCELLED"})
    void an_agents_reply_to_a_final_ticket_is_refused(Status status) {
        assertThat(Conversation.needsFollowUp(ticket(status), reply(BY_AGENT), T2))
                .isFalse();
        assertThatThrownBy(() -> Conversation.reply(ticket(status), reply(BY_AGENT), T2))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("ALREADY_" + status));
    }

    @Test
    void a_requesters_reply_opens_a_follow_up_to_a_final_ticket_and_after_the_window() {
        assertThat(Conversation.needsFollowUp(ticket(Status.CLOSED), reply(BY_ANA), T2))
                .isTrue();
        assertThat(Conversation.needsFollowUp(ticket(Status.CANCELLED), reply(BY_ANA), T2))
                .isTrue();
        assertThat(Conversation.needsFollowUp(ticket(Status.RESOLVED), reply(BY_ANA), IN_TIME))
                .isFalse();
        assertThat(Conversation.needsFollowUp(ticket(Status.RESOLVED), reply(BY_ANA), TOO_LATE))
                .isTrue();
        assertThat(Conversation.needsFollowUp(ticket(Status.PENDING), reply(BY_ANA), TOO_LATE))
                .isFalse();
    }

    @Test
    void a_follow_up_carries_on_what_the_old_ticket_was() {
        var request = request();
        var old = after(new NewTicket(
                        ID,
                        1042,
                        TicketType.SERVICE_REQUEST,
                        "Printer jams",
                        null,
                        null,
                        ANA,
                        OTHER,
                        Level.HIGH,
                        Level.LOW,
                        "print",
                        "hardware",
                        List.of("floor2", "vip"),
                        Map.of("site", FieldValue.of("north"), "model", FieldValue.ofText("LaserJet")),
                        request.channel(),
                        null)
                .open(T0));
        var follow = Conversation.followUp(old, reply(BY_ANA), OTHER, 2001, Channel.EMAIL);
        assertThat(follow.open(T2))
                .containsExactly(
                        new TicketOpened(
                                OTHER,
                                T2,
                                2001,
                                "SERVICE_REQUEST",
                                "Re: Printer jams",
                                MESSAGE,
                                "Still jams.",
                                ANA,
                                OTHER,
                                1,
                                3,
                                "P3",
                                "hindsight-1",
                                "print",
                                "hardware",
                                List.of("floor2", "vip"),
                                Map.of("site", List.of("north")),
                                Map.of("model", "LaserJet"),
                                "EMAIL",
                                ID),
                        new TicketLinked(OTHER, T2, "FOLLOW_UP_OF", ID));
    }

    @Test
    void a_follow_up_to_an_erased_ticket_carries_on_nothing_that_was_erased() {
        var erased = after(List.of(new TicketOpened(
                ID,
                T0,
                1042,
                "TASK",
                Personal.ERASED,
                null,
                null,
                ANA,
                null,
                3,
                3,
                "P5",
                "hindsight-1",
                null,
                null,
                List.of(),
                Map.of(),
                Map.of("model", Personal.ERASED),
                "API",
                null)));
        var follow = Conversation.followUp(erased, reply(BY_ANA), OTHER, 2001, Channel.EMAIL);
        assertThat(follow.subject()).isEqualTo("Follow-up to HD-1042");
        assertThat(follow.customFields()).isEmpty();
    }

    @Test
    void an_agent_passes_on_a_requesters_words_as_theirs() {
        var passedOn = new Reply(BY_AGENT, ANA, MESSAGE, "Still jams.");
        assertThat(Conversation.reply(ticket(Status.PENDING), passedOn, T2))
                .containsExactly(
                        new RequesterReplied(ID, T2, MESSAGE, ANA, "Still jams."),
                        new TicketResumed(ID, T2, "PENDING", false));
    }

    @Test
    void an_agent_who_is_also_a_requester_speaks_as_one_on_their_own_ticket_only() {
        var both = List.of("agent", "requester");
        var own = new Actor(ActorKind.AGENT, ANA, both);
        var elsewhere = new Actor(ActorKind.AGENT, AGENT, both);
        assertThat(names(Conversation.reply(newTicket(), reply(own), T1))).isEqualTo("RequesterReplied");
        assertThat(names(Conversation.reply(newTicket(), reply(elsewhere), T1)))
                .isEqualTo("PublicReplyAdded WorkStarted");
    }

    @Test
    void what_a_rule_answers_is_nobodys_work() {
        var rule = new Actor(ActorKind.RULE, null, List.of());
        assertThat(names(Conversation.reply(newTicket(), reply(rule), T1))).isEqualTo("PublicReplyAdded");
    }

    @Test
    void a_comment_and_a_move_are_one_commit_the_comment_first() {
        assertThat(names(Conversation.replyAndMove(newTicket(), reply(BY_AGENT), to(Status.RESOLVED), T1)))
                .isEqualTo("PublicReplyAdded WorkStarted TicketResolved");
        assertThat(names(Conversation.replyAndMove(ticket(Status.RESOLVED), reply(BY_AGENT), to(Status.RESOLVED), T2)))
                .isEqualTo("PublicReplyAdded");
    }

    @Test
    void a_refused_move_keeps_its_comment_out() {
        assertThatThrownBy(() -> Conversation.replyAndMove(ticket(Status.OPEN), reply(BY_AGENT), to(Status.CLOSED), T2))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(
                        () -> Conversation.replyAndMove(ticket(Status.CLOSED), reply(BY_AGENT), to(Status.CLOSED), T2))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() ->
                        Conversation.replyAndMove(ticket(Status.RESOLVED), reply(BY_ANA), to(Status.OPEN), TOO_LATE))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("REOPEN_WINDOW_PASSED"));
    }

    @ParameterizedTest
    @EnumSource(value = Status.class, mode = Mode.EXCLUDE, names = "MERGED")
    void notes_are_allowed_in_every_status(Status status) {
        assertThat(Conversation.note(ticket(status), BY_AGENT, MESSAGE, "Look at the tray.", T2))
                .containsExactly(new InternalNoteAdded(ID, T2, MESSAGE, AGENT, "Look at the tray."));
    }

    @Test
    void a_body_is_not_blank_not_longer_than_64_ki_characters_and_can_be_stored() {
        for (var body : List.of(" \n", "x".repeat(65_537), "a\0b", "half \ud83d")) {
            assertThatThrownBy(() -> new Reply(BY_AGENT, null, MESSAGE, body)).isInstanceOf(InvalidRequest.class);
        }
        assertThat(new Reply(BY_AGENT, null, MESSAGE, "x".repeat(65_534) + "\ud83d\ude00\n").body())
                .hasSize(65_537);
    }

    private static String names(List<TicketEvent> events) {
        return String.join(
                " ",
                events.stream().map(event -> event.getClass().getSimpleName()).toList());
    }
}
