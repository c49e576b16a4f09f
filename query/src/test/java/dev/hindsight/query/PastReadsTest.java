package dev.hindsight.query;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.tickets.TicketModel;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One ticket as it was: who may know it, what comes back, and what is refused. */
class PastReadsTest {

    private static final UUID ID = UUID.fromString("01980000-0000-7000-8000-000000000001");
    private static final UUID OTHER = UUID.fromString("01980000-0000-7000-8000-000000000002");
    private static final UUID QUESTION = UUID.fromString("01980000-0000-7000-8000-00000000000a");
    private static final UUID NOTE = UUID.fromString("01980000-0000-7000-8000-00000000000b");
    private static final UUID REPLY = UUID.fromString("01980000-0000-7000-8000-00000000000c");
    private static final UUID FILE = UUID.fromString("01980000-0000-7000-8000-00000000000d");
    private static final String TICKET = "/tickets/" + ID;
    private static final Instant START = ReadModelRows.START;

    private static ReadModelRows rows;
    private static Web web;
    private UUID ana;
    private UUID rita;
    private Caller agent;
    private Caller requester;
    private Caller auditor;
    private final List<LoggedEvent> history = new ArrayList<>();

    @BeforeAll
    static void start() {
        rows = new ReadModelRows();
        web = new Web(rows);
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    @BeforeEach
    void aTicketThatHasComeFar() throws SQLException {
        rows.empty();
        ana = rows.person("ana", true);
        rita = rows.person("rita", false);
        agent = Web.caller(new UUID(0, 7), Role.AGENT);
        requester = Web.caller(rita, Role.REQUESTER);
        auditor = Web.caller(new UUID(0, 8), Role.AUDITOR);
        rows.queue("hr", "People");
        rows.queue("it", "Machines");
        happens(opened(ID, 1, rita)); // 1
        happens(new TicketAssigned(ID, at(2), null, ana)); // 2
        happens(new InternalNoteAdded(ID, at(3), NOTE, ana, "She is right.")); // 3
        happens(new TicketLinked(ID, at(4), "RELATES_TO", OTHER)); // 4
        happens(new AttachmentAdded(
                ID, at(5), FILE, QUESTION, rita, false, "c0".repeat(32), 7, "jam.png", "image/png", "d1", "d3")); // 5
        happens(new PublicReplyAdded(ID, at(6), REPLY, ana, "We come.")); // 6
        happens(new TicketUnlinked(ID, at(7), "RELATES_TO", OTHER)); // 7
        happens(new AttachmentRemoved(ID, at(8), FILE, false, "jam.png")); // 8
        happens(new TicketQueued(ID, at(9), null, "hr")); // 9
        happens(new TicketQueued(ID, at(10), "hr", "it")); // 10
        happens(opened(OTHER, 2, rita)); // 11
        happens(new TicketLinked(OTHER, at(12), "CAUSED_BY", ID)); // 12
        happens(new TicketUnlinked(OTHER, at(13), "CAUSED_BY", ID)); // 13
        rows.jooq
                .update(PERSON)
                .set(PERSON.NAME, "ana maria")
                .set(PERSON.NAMES, new String[] {"ana", "ana maria"})
                .set(PERSON.NAMES_SINCE, new Long[] {1L, 9L})
                .where(PERSON.ID.eq(ana))
                .execute();
        project();
    }

    @Test
    void what_was_taken_away_is_there_again() {
        JsonNode ticket = ok(auditor, TICKET, "version", "6");
        assertThat(ticket.path("version").asLong()).isEqualTo(6);
        assertThat(ticket.path("queue").isNull()).isTrue();
        assertThat(ticket.at("/links/0/id").asString()).isEqualTo(OTHER.toString());
        assertThat(ok(auditor, TICKET + "/links", "version", "6").path("items")).hasSize(1);
        assertThat(ok(auditor, TICKET + "/links", "version", "7").path("items")).isEmpty();

        JsonNode said = ok(auditor, TICKET + "/conversation", "version", "6").path("items");
        assertThat(said).hasSize(3);
        assertThat(said.at("/0/attachments/0/name").asString()).isEqualTo("jam.png");
        assertThat(said.at("/0/attachments/0/uploadedBy/name").asString()).isEqualTo("rita");
        assertThat(ok(auditor, TICKET + "/conversation").at("/items/0/attachments"))
                .isEmpty();
        assertThat(ok(auditor, TICKET + "/conversation", "version", "5").path("items"))
                .hasSize(2);
        assertThat(ok(auditor, TICKET + "/timeline", "version", "6").path("items"))
                .hasSize(6);
    }

    @Test
    void links_that_others_held_are_there_as_long_as_they_were() {
        assertThat(ok(auditor, TICKET, "atPosition", "11").path("links")).isEmpty();
        JsonNode held = ok(auditor, TICKET, "atPosition", "12").path("links");
        assertThat(held).hasSize(1);
        assertThat(held.at("/0/relation").asString()).isEqualTo("CAUSE_OF");
        assertThat(held.at("/0/number").asString()).isEqualTo("HD-2");
        assertThat(ok(auditor, TICKET, "asOf", at(12).toString()).path("links")).hasSize(1);
        assertThat(ok(auditor, TICKET, "asOf", at(13).toString()).path("links")).isEmpty();
        assertThat(ok(auditor, TICKET).path("links")).isEmpty();
    }

    @Test
    void links_that_reverts_took_away_and_brought_back_are_so_from_both_ends() throws SQLException {
        String link = "CAUSED_BY:" + ID;
        happens(new TicketLinked(OTHER, at(14), "CAUSED_BY", ID)); // 14
        happens(reverted(at(15), 4, List.of(), List.of(link))); // 15
        happens(reverted(at(16), 5, List.of(link), List.of())); // 16
        project();
        assertThat(ok(auditor, TICKET, "atPosition", "14").path("links")).hasSize(1);
        assertThat(ok(auditor, TICKET, "atPosition", "15").path("links")).isEmpty();
        assertThat(ok(auditor, TICKET, "atPosition", "16").path("links")).hasSize(1);
        assertThat(ok(auditor, TICKET).path("links")).hasSize(1);
    }

    /** The links of the other ticket are as they were. */
    private static TicketReverted reverted(Instant at, long from, List<String> linked, List<String> unlinked) {
        return new TicketReverted(
                OTHER,
                at,
                from,
                from - 1,
                List.of(),
                "a mistake",
                List.of("links"),
                null,
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                false,
                false,
                List.of(),
                List.of(),
                linked,
                unlinked,
                Map.of(),
                Map.of());
    }

    @Test
    void people_are_called_what_they_were_called() {
        assertThat(ok(auditor, TICKET, "version", "6").at("/assignee/name").asString())
                .isEqualTo("ana");
        assertThat(ok(auditor, TICKET, "atPosition", "8").at("/assignee/name").asString())
                .isEqualTo("ana");
        assertThat(ok(auditor, TICKET, "atPosition", "9").at("/assignee/name").asString())
                .isEqualTo("ana maria");
        assertThat(ok(auditor, TICKET + "/conversation", "version", "6")
                        .at("/items/2/author/name")
                        .asString())
                .isEqualTo("ana");
        assertThat(ok(auditor, TICKET + "/conversation")
                        .at("/items/2/author/name")
                        .asString())
                .isEqualTo("ana maria");
    }

    @Test
    void the_answer_says_its_version_and_how_fresh_it_is() {
        var answer = web.get(auditor, TICKET, "version", "3");
        assertThat(answer.header("ETag")).isEqualTo("\"3\"");
        assertThat(answer.header("Hindsight-Position")).isEqualTo("13");
        assertThat(web.get(auditor, TICKET, Map.of("If-None-Match", "\"3\""), "version", "3")
                        .status())
                .isEqualTo(304);
    }

    @Test
    void rights_of_today_must_reach_to_where_it_was_and_to_where_it_is() {
        rows.grants.restrict("hr");
        assertThat(web.get(agent, TICKET).status()).isEqualTo(200); // now in it, which is open
        for (String read : List.of("", "/conversation", "/timeline", "/links")) {
            assertThat(web.get(agent, TICKET + read, "version", "8").status())
                    .as(read)
                    .isEqualTo(200);
            assertThat(web.get(agent, TICKET + read, "version", "9").status())
                    .as(read)
                    .isEqualTo(404);
            assertThat(web.get(auditor, TICKET + read, "version", "9").status())
                    .as(read)
                    .isEqualTo(200);
            assertThat(web.get(requester, TICKET + read, "version", "9").status())
                    .as(read)
                    .isEqualTo(200);
        }
        assertThat(web.get(agent, TICKET, "version", "9").body())
                .isEqualTo(web.get(agent, "/tickets/" + UUID.randomUUID(), "version", "9")
                        .body());
        assertThat(web.get(agent, TICKET + "/changes", "from", "1", "to", "8").status())
                .isEqualTo(200);
        assertThat(web.get(agent, TICKET + "/changes", "from", "1", "to", "9").status())
                .isEqualTo(404);
        assertThat(web.get(agent, TICKET + "/changes", "from", "1", "to", "10").status())
                .isEqualTo(404);
        assertThat(web.get(agent, TICKET + "/changes", "from", "10").status()).isEqualTo(200);
        rows.grants.grant("hr", agent.person());
        assertThat(web.get(agent, TICKET, "version", "9").status()).isEqualTo(200);
        assertThat(web.get(agent, TICKET + "/changes").status()).isEqualTo(200);

        rows.grants.restrict("it"); // where it is now
        assertThat(web.get(agent, TICKET, "version", "1").status()).isEqualTo(404);
        assertThat(web.get(agent, TICKET + "/changes", "to", "2").status()).isEqualTo(404);
        assertThat(web.get(auditor, TICKET, "version", "1").status()).isEqualTo(200);
    }

    @Test
    void a_requester_of_today_does_not_see_what_was_anothers() throws SQLException {
        UUID rosa = rows.person("rosa", false);
        happens(new RequesterChanged(ID, at(20), rita, rosa, null)); // 14, version 11
        project();
        Caller next = Web.caller(rosa, Role.REQUESTER);
        assertThat(web.get(next, TICKET).status()).isEqualTo(200);
        assertThat(web.get(next, TICKET, "version", "10").status()).isEqualTo(404);
        assertThat(web.get(next, TICKET, "asOf", START.toString()).body())
                .isEqualTo(web.get(next, "/tickets/HD-999").body()); // not even when it was opened
        assertThat(web.get(requester, TICKET, "version", "10").status()).isEqualTo(404);
    }

    @Test
    void notes_of_the_past_stay_internal() {
        String told = ok(requester, TICKET, "version", "9").toString()
                + ok(requester, TICKET + "/conversation", "version", "9")
                + ok(requester, TICKET + "/timeline", "version", "9")
                + ok(requester, TICKET + "/changes")
                + ok(requester, TICKET + "/changes", "from", "1", "to", "4");
        assertThat(told)
                .contains("We come.", "jam.png")
                .doesNotContain("She is right", NOTE.toString(), "InternalNote", "\"command\"", "People");
    }

    @Test
    void before_its_first_event_there_is_nothing_and_it_says_so() {
        var early = web.get(agent, TICKET, "asOf", START.toString());
        assertThat(early.status()).isEqualTo(404);
        assertThat(early.body().path("detail").asString())
                .contains(at(1).toString(), "position 1", "There was no such ticket yet");
        assertThat(web.get(auditor, "/tickets/" + OTHER, "atPosition", "10").status())
                .isEqualTo(404);
        assertThat(web.get(agent, TICKET, "version", "99").body().path("detail").asString())
                .contains("its last is 10");
        assertThat(web.get(agent, TICKET + "/changes", "to", START.toString()).status())
                .isEqualTo(404);
        assertThat(web.get(agent, TICKET + "/changes", "from", "1", "to", "99").status())
                .isEqualTo(404);
    }

    @Test
    void what_is_malformed_is_refused() {
        for (String[] wrong : new String[][] {
            {"asOf", "2999-01-01T00:00:00Z"},
            {"asKnownAt", "2999-01-01"},
            {"version", "0"},
            {"version", "x"},
            {"atPosition", "-1"},
            {"asOf", "yesterday"}
        }) {
            for (String read : List.of("", "/conversation", "/timeline", "/links")) {
                assertThat(web.get(agent, TICKET + read, wrong).status())
                        .as(read + List.of(wrong))
                        .isEqualTo(400);
            }
        }
        assertThat(web.get(agent, TICKET, "version", "1", "asOf", at(3).toString())
                        .status())
                .isEqualTo(400);
        for (String[] wrong : new String[][] {
            {"from", "5", "to", "4"},
            {"from", at(5).toString(), "to", at(4).toString()},
            {"from", "5", "to", at(2).toString()},
            {"from", at(5).toString(), "to", "2"},
            {"from", "0"},
            {"to", "2999-01-01"},
            {"to", "soon"}
        }) {
            assertThat(web.get(agent, TICKET + "/changes", wrong).status())
                    .as(String.join(" ", wrong))
                    .isEqualTo(400);
        }
    }

    @Test
    void a_position_that_is_not_there_yet_is_waited_for_and_then_refused() {
        assertThat(web.get(agent, TICKET, "atPosition", "14").code()).isEqualTo("NOT_YET_PROJECTED");
        assertThat(web.get(agent, TICKET, "atPosition", "13").status()).isEqualTo(200);
    }

    @Test
    void a_parked_ticket_is_told_up_to_where_it_stands_still() {
        rows.park(ID, 9);
        var past = web.get(auditor, TICKET, "asOf", at(60).toString());
        assertThat(past.body().path("version").asLong()).isEqualTo(8);
        assertThat(past.header("Hindsight-Parked-At")).startsWith("9;");
        assertThat(web.get(auditor, TICKET, "atPosition", "9").code()).isEqualTo("PARKED");
        assertThat(web.get(auditor, TICKET, "atPosition", "8").status()).isEqualTo(200);
    }

    @Test
    void what_operators_had_left_out_is_left_out_of_the_past() {
        UUID broken = UUID.fromString("01980000-0000-7000-8000-000000000003");
        add(broken, opened(broken, 3, rita)); // 14
        add(broken, new SubjectChanged(broken, at(30), "nonsense"), () -> {
            throw new IllegalStateException("can't be read");
        }); // 15
        add(broken, new TypeChanged(broken, at(31), "INCIDENT", "TASK")); // 16
        rows.jooq.execute("insert into readmodel.skip (model, position, reason) values ('tickets', 15, 'a test')");
        project(broken, List.of(14L, 16L), 15L);

        assertThat(web.get(auditor, "/tickets/" + broken).body().path("version").asLong())
                .isEqualTo(3);
        JsonNode then = ok(auditor, "/tickets/" + broken, "version", "2");
        assertThat(then.path("subject").asString()).isEqualTo("Paper jam");
        assertThat(then.path("version").asLong()).isEqualTo(2);
        assertThat(ok(auditor, "/tickets/" + broken, "asOf", at(59).toString()))
                .isEqualTo(ok(auditor, "/tickets/" + broken));
    }

    @Test
    void what_cannot_be_read_is_not_told_as_if_it_were_nothing() throws SQLException {
        UUID broken = UUID.fromString("01980000-0000-7000-8000-000000000003");
        add(broken, opened(broken, 3, rita)); // 14
        add(broken, new SubjectChanged(broken, at(30), "nonsense"), () -> {
            throw new IllegalStateException("can't be read");
        }); // 15
        project(broken, List.of(14L), null);
        rows.position(15);
        assertThat(web.get(auditor, "/tickets/" + broken, "version", "1").status())
                .isEqualTo(200);
        assertThat(web.get(auditor, "/tickets/" + broken, "version", "2").code())
                .isEqualTo("UNREADABLE_EVENT");
    }

    @Test
    void an_erased_ticket_is_read_without_the_keys_in_memory() throws SQLException {
        int before = rows.log.erasedReads();
        ok(auditor, TICKET, "version", "2");
        assertThat(rows.log.erasedReads()).isEqualTo(before);
        happens(new TicketContentErased(ID, at(20), "RETENTION", "old"));
        project();
        ok(auditor, TICKET, "version", "2");
        assertThat(rows.log.erasedReads()).isEqualTo(before + 1);
    }

    @Test
    void differences_tell_what_who_and_why() {
        JsonNode changes = ok(agent, TICKET + "/changes", "from", "1", "to", "10");
        assertThat(changes.at("/from/version").asLong()).isEqualTo(1);
        assertThat(changes.at("/to/version").asLong()).isEqualTo(10);
        assertThat(changes.at("/to/position").asLong()).isEqualTo(10);
        assertThat(fields(changes)).containsExactly("queue", "assignee");
        assertThat(changes.at("/changes/0/afterName").asString()).isEqualTo("Machines");
        assertThat(changes.at("/changes/1/after/name").asString()).isEqualTo("ana maria");
        assertThat(changes.path("messages")).hasSize(2);
        assertThat(changes.at("/messages/0/body").asString()).isEqualTo("She is right.");
        assertThat(changes.path("people")).hasSize(1);
        assertThat(changes.at("/people/0/id").asString()).isEqualTo(ana.toString());
        assertThat(changes.path("events")).hasSize(9);
        assertThat(changes.at("/events/0/event").asString()).isEqualTo("TicketAssigned");
        assertThat(changes.at("/events/0/cause/command").asString()).isEqualTo("c-2");
        assertThat(changes.at("/events/0/cause/correlation").asString()).isEqualTo("all");
        assertThat(changes.at("/events/0/cause/rule/version").asInt()).isEqualTo(3);
        assertThat(changes.path("more").asBoolean(true)).isFalse();

        JsonNode middle = ok(agent, TICKET + "/changes", "from", at(4).toString(), "to", at(5).toString());
        assertThat(fields(middle)).containsExactly("attachments");
        assertThat(fields(ok(agent, TICKET + "/changes", "from", "3", "to", "4")))
                .containsExactly("links.RELATES_TO");
        assertThat(fields(ok(agent, TICKET + "/changes", "from", "6", "to", "7")))
                .containsExactly("links.RELATES_TO");
        JsonNode none = ok(agent, TICKET + "/changes", "from", "6", "to", "6");
        assertThat(none.path("changes")).isEmpty();
        assertThat(none.path("events")).isEmpty();
        assertThat(none.path("messages")).isEmpty();
        JsonNode all = ok(agent, TICKET + "/changes");
        assertThat(all.path("from").isNull()).isTrue();
        assertThat(all.path("events")).hasSize(10);
        assertThat(all.path("messages")).hasSize(3);
    }

    private static List<String> fields(JsonNode changes) {
        return changes.path("changes")
                .valueStream()
                .map(change -> change.path("field").asString())
                .toList();
    }

    private JsonNode ok(Caller caller, String path, String... parameters) {
        var answer = web.get(caller, path, parameters);
        assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static TicketOpened opened(UUID id, long number, UUID requester) {
        return new TicketOpened(
                id,
                at((int) number),
                number,
                "INCIDENT",
                "Paper jam",
                number == 1 ? QUESTION : null,
                number == 1 ? "It eats paper." : null,
                requester,
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
                "WEB",
                null);
    }

    private static Instant at(int minute) {
        return START.plusSeconds(60L * minute);
    }

    private void happens(Event event) {
        add(null, event);
    }

    private void add(@Nullable UUID apart, Event event) {
        add(apart, event, () -> event);
    }

    /** @param apart a ticket that is not projected with the others; null for these */
    private void add(@Nullable UUID apart, Event event, Supplier<Event> read) {
        long position = rows.log.head() + 1;
        long version = rows.log.eventsOf(event.streamId()).count() + 1;
        var envelope = new Envelope(
                new Envelope.Actor(ActorKind.AGENT, ana, List.of("AGENT")),
                null,
                null,
                "c-" + position,
                "c-" + position,
                "all",
                null,
                "API",
                position == 2 ? new Envelope.Rule("auto", 3) : null,
                Envelope.TENANT,
                "test",
                null);
        var logged = new LoggedEvent(position, event.streamId(), version, event.at(), envelope, read);
        rows.log.append(logged);
        if (apart == null) {
            history.add(logged);
        }
    }

    private void project() throws SQLException {
        var model = new TicketModel(1);
        for (UUID id : List.of(ID, OTHER)) {
            write(
                    model,
                    history.stream()
                            .filter(event -> event.stream().equals("ticket-" + id))
                            .toList(),
                    null);
        }
        rows.position(rows.log.head());
    }

    private void project(UUID id, List<Long> positions, @Nullable Long leftOut) {
        var events = rows.log
                .eventsOf("ticket-" + id)
                .filter(event -> positions.contains(event.position())
                        || Long.valueOf(event.position()).equals(leftOut))
                .toList();
        try {
            write(new TicketModel(1), events, leftOut);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        rows.position(rows.log.head());
    }

    private <R> void write(StreamFold<R> fold, List<LoggedEvent> events, @Nullable Long leftOut) throws SQLException {
        R ticket = fold.begin(events.getFirst().stream());
        for (LoggedEvent event : events) {
            if (Long.valueOf(event.position()).equals(leftOut)) {
                fold.leaveOut(ticket, event.version(), event.position());
            } else {
                fold.apply(ticket, event);
            }
        }
        rows.write(connection -> fold.write(connection, List.of(ticket)));
    }
}
