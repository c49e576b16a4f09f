package dev.hindsight.query.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Web;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jooq.JSONB;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One ticket in all its reads: what agents see, what requesters see, and how fresh it is. */
class TicketReadTest {

    private ReadModelRows rows;
    private Web web;
    private UUID ana;
    private UUID rita;
    private UUID ticket;
    private Caller agent;
    private Caller requester;

    @BeforeEach
    void aTicketInWork() {
        rows = new ReadModelRows();
        web = new Web(rows);
        ana = rows.person("ana", true);
        rita = rows.person("rita", false);
        agent = Web.caller(ana, Role.AGENT);
        requester = Web.caller(rita, Role.REQUESTER);
        rows.field("floor", "NUMBER");
        rows.field("remote", "BOOLEAN");
        rows.field("site", "SELECT", "north", "south");
        rows.field("devices", "MULTI_SELECT", "pc", "phone");
        ticket = rows.ticket(row -> {
            row.setNumber(1042L);
            row.setVersion(7L);
            row.setLastPosition(90L);
            row.setStatus("ON_HOLD");
            row.setHoldReason("VENDOR");
            row.setSubject("Paper jam");
            row.setDescription("It eats paper.");
            row.setPriority((short) 3);
            row.setImpact((short) 2);
            row.setUrgency((short) 2);
            row.setAssignee(ana);
            row.setRequester(rita);
            row.setTags(new String[] {"printer", "vip"});
            row.setCustomFields(JSONB.valueOf("""
                    {"floor": ["3.5"], "remote": ["true"], "site": ["north"], "devices": ["pc"], "free": "some text"}"""));
        });
        rows.position(100);
    }

    @AfterEach
    void stop() {
        rows.close();
    }

    @Test
    void a_ticket_is_read_with_every_member() {
        var answer = web.get(agent, "/tickets/" + ticket);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("ETag")).isEqualTo("\"7\"");
        assertThat(answer.header("Hindsight-Position")).isEqualTo("100");
        assertThat(answer.header("Hindsight-Parked-At")).isNull();
        JsonNode body = answer.body();
        assertThat(body.propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "number",
                        "version",
                        "position",
                        "subject",
                        "description",
                        "type",
                        "status",
                        "statusCategory",
                        "holdReason",
                        "resolutionCode",
                        "impact",
                        "urgency",
                        "priority",
                        "priorityName",
                        "priorityOverridden",
                        "majorIncident",
                        "spam",
                        "category",
                        "queue",
                        "assignee",
                        "requester",
                        "organization",
                        "tags",
                        "watchers",
                        "customFields",
                        "links",
                        "channel",
                        "createdAt",
                        "updatedAt",
                        "firstRespondedAt",
                        "resolvedAt",
                        "closedAt",
                        "reopenCount",
                        "reassignmentCount",
                        "allowedStatuses");
        assertThat(body.path("id").asString()).isEqualTo(ticket.toString());
        assertThat(body.path("number").asString()).isEqualTo("HD-1042");
        assertThat(body.path("description").asString()).isEqualTo("It eats paper.");
        assertThat(body.path("priority").asString()).isEqualTo("P3");
        assertThat(body.path("priorityName").asString()).isEqualTo("MODERATE");
        assertThat(body.path("statusCategory").asString()).isEqualTo("paused");
        assertThat(body.path("assignee").toString()).isEqualTo("{\"id\":\"" + ana + "\",\"name\":\"ana\"}");
        assertThat(body.path("requester").toString())
                .isEqualTo("{\"id\":\"" + rita + "\",\"name\":\"rita\",\"email\":\"rita@example.com\"}");
        assertThat(body.path("customFields").toString())
                .isEqualTo(
                        "{\"devices\":[\"pc\"],\"floor\":3.5,\"free\":\"some text\",\"remote\":true,\"site\":\"north\"}");
        assertThat(body.path("allowedStatuses").toString())
                .isEqualTo("[\"OPEN\",\"PENDING\",\"RESOLVED\",\"CANCELLED\"]");
        assertThat(body.path("queue").isNull()).isTrue();
        assertThat(body.path("createdAt").asString()).endsWith("Z").contains("2026-03-03T14:30:0");
    }

    @Test
    void a_ticket_is_found_by_its_number_too() {
        for (String name : List.of("HD-1042", "hd-1042", "1042")) {
            assertThat(web.get(agent, "/tickets/" + name).body().path("id").asString())
                    .isEqualTo(ticket.toString());
        }
        assertThat(web.get(agent, "/tickets/HD-99999999999999999999").status()).isEqualTo(404);
    }

    @Test
    void a_version_that_the_client_has_is_not_sent_again() {
        for (String read : List.of("/conversation", "/timeline")) {
            assertThat(web.get(agent, "/tickets/" + ticket + read).header("ETag"))
                    .isEqualTo("\"7\"");
        }
        var same = web.get(agent, "/tickets/" + ticket, Map.of("If-None-Match", "\"7\""));
        var older = web.get(agent, "/tickets/" + ticket, Map.of("If-None-Match", "\"6\""));

        assertThat(same.status()).isEqualTo(304);
        assertThat(same.header("Hindsight-Position")).isEqualTo("100");
        assertThat(same.response().getContentLength()).isZero();
        assertThat(older.status()).isEqualTo(200);
    }

    @Test
    void requesters_do_not_learn_why_a_ticket_is_on_hold() {
        assertThat(web.get(agent, "/tickets/" + ticket)
                        .body()
                        .path("holdReason")
                        .asString())
                .isEqualTo("VENDOR");
        assertThat(web.get(requester, "/tickets/" + ticket)
                        .body()
                        .path("holdReason")
                        .isNull())
                .isTrue();
    }

    @Test
    void a_conversation_comes_in_order_and_without_notes_for_requesters() {
        rows.message(ticket, 1, "REQUESTER_REPLY", rita, "REQUESTER", "It eats paper.");
        rows.message(ticket, 3, "INTERNAL_NOTE", ana, "AGENT", "She is right.");
        rows.message(ticket, 4, "PUBLIC_REPLY", ana, "AGENT", "We come.");

        var all = web.get(agent, "/tickets/HD-1042/conversation");
        var hers = web.get(requester, "/tickets/HD-1042/conversation");

        assertThat(texts(all, "body")).containsExactly("It eats paper.", "She is right.", "We come.");
        assertThat(texts(hers, "body")).containsExactly("It eats paper.", "We come.");
        assertThat(hers.body().toString()).doesNotContain("INTERNAL_NOTE", "She is right");
        assertThat(all.body().path("items").path(0).path("author").toString())
                .isEqualTo("{\"id\":\"" + rita + "\",\"name\":\"rita\",\"kind\":\"REQUESTER\"}");
        assertThat(all.body().path("items").path(0).path("attachments").isArray())
                .isTrue();
        assertThat(all.header("Hindsight-Position")).isEqualTo("100");
    }

    @Test
    void a_long_conversation_is_read_page_by_page() {
        for (int i = 1; i <= 23; i++) {
            rows.message(ticket, i, i % 3 == 0 ? "INTERNAL_NOTE" : "PUBLIC_REPLY", ana, "AGENT", "m" + i);
        }
        for (Caller caller : List.of(agent, requester)) {
            List<String> seen = new ArrayList<>();
            String cursor = null;
            do {
                var page = cursor == null
                        ? web.get(caller, "/tickets/1042/conversation", "limit", "5")
                        : web.get(caller, "/tickets/1042/conversation", "limit", "5", "cursor", cursor);
                seen.addAll(texts(page, "body"));
                cursor = page.body().path("nextCursor").asString(null);
            } while (cursor != null);

            assertThat(seen).doesNotHaveDuplicates().hasSize(caller.equals(agent) ? 23 : 16);
        }
    }

    @Test
    void a_cursor_of_one_conversation_opens_no_other_list() {
        for (int i = 1; i <= 3; i++) {
            rows.message(ticket, i, "PUBLIC_REPLY", ana, "AGENT", "m" + i);
        }
        String cursor = web.get(agent, "/tickets/1042/conversation", "limit", "1")
                .body()
                .path("nextCursor")
                .asString();

        assertThat(web.get(agent, "/tickets/1042/timeline", "cursor", cursor).code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(web.get(requester, "/tickets/1042/conversation", "cursor", cursor)
                        .code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(web.get(agent, "/tickets", "cursor", cursor).code()).isEqualTo("INVALID_CURSOR");
    }

    @Test
    void a_timeline_tells_who_changed_what() {
        rows.entry(ticket, 2, "TicketAssigned", ana, false, """
                [{"field": "assignee", "before": null, "after": "%s"}]""".formatted(ana));

        var entry =
                web.get(agent, "/tickets/1042/timeline").body().path("items").path(0);

        assertThat(entry.path("event").asString()).isEqualTo("TicketAssigned");
        assertThat(entry.path("version").asLong()).isEqualTo(2);
        assertThat(entry.path("position").asLong()).isEqualTo(102);
        assertThat(entry.path("actor").toString())
                .isEqualTo("{\"id\":\"" + ana + "\",\"name\":\"ana\",\"kind\":\"AGENT\"}");
        assertThat(entry.path("rule").isNull()).isTrue();
        assertThat(entry.path("onBehalfOf").isNull()).isTrue();
        assertThat(entry.path("changes").path(0).toString())
                .isEqualTo("{\"field\":\"assignee\",\"before\":null,\"after\":{\"id\":\"" + ana
                        + "\",\"name\":\"ana\"},\"beforeName\":null,\"afterName\":null}");
    }

    @Test
    void requesters_see_neither_notes_nor_internal_reasons_nor_links_to_foreign_tickets() {
        UUID own = rows.ticket(row -> {
            row.setNumber(7L);
            row.setRequester(rita);
        });
        UUID foreign = rows.ticket(row -> {
            row.setNumber(8L);
            row.setRequester(ana);
        });
        rows.entry(
                ticket,
                2,
                "InternalNoteAdded",
                ana,
                true,
                "[{\"field\": \"message\", \"before\": null, \"after\": \"x\"}]");
        rows.entry(ticket, 3, "HoldReasonChanged", ana, false, """
                [{"field": "holdReason", "before": "CHANGE", "after": "VENDOR", "internal": true}]""");
        rows.entry(ticket, 4, "TicketPutOnHold", ana, false, """
                [{"field": "status", "before": "OPEN", "after": "ON_HOLD"},
                 {"field": "holdReasonText", "before": null, "after": "they are slow", "internal": true}]""");
        rows.entry(ticket, 5, "TicketLinked", ana, false, link(own));
        rows.entry(ticket, 6, "TicketLinked", ana, false, link(foreign));
        rows.entry(ticket, 7, "TicketPrioritized", ana, false, "[]");

        var all = web.get(agent, "/tickets/1042/timeline");
        var hers = web.get(requester, "/tickets/1042/timeline");

        assertThat(all.body().path("items")).hasSize(6);
        assertThat(all.body().toString())
                .contains("they are slow", foreign.toString(), "HD-7", "HD-8")
                .doesNotContain("\"internal\"");
        assertThat(texts(hers, "version")).containsExactly("4", "5", "7");
        assertThat(hers.body().toString())
                .contains("HD-7")
                .doesNotContain("slow", "VENDOR", foreign.toString(), "HD-8", "Note");
        assertThat(hers.body().path("items").path(0).path("changes")).hasSize(1);
    }

    @Test
    void watchers_are_called_as_they_were() {
        rows.entry(
                ticket,
                2,
                "WatcherAdded",
                ana,
                false,
                "[{\"field\": \"watchers\", \"before\": [], \"after\": [\"" + rita + "\"], \"internal\": true}]");

        var change = web.get(agent, "/tickets/1042/timeline").body().at("/items/0/changes/0");

        assertThat(change.path("before").toString()).isEqualTo("[]");
        assertThat(change.path("after").toString()).isEqualTo("[{\"id\":\"" + rita + "\",\"name\":\"rita\"}]");
    }

    private static String link(UUID other) {
        return "[{\"field\": \"links.RELATES_TO\", \"before\": null, \"after\": \"" + other + "\"}]";
    }

    @Test
    void links_are_read_from_both_ends_as_far_as_the_caller_sees_the_other() {
        UUID own = rows.ticket(row -> {
            row.setNumber(7L);
            row.setRequester(rita);
        });
        UUID foreign = rows.ticket(row -> row.setNumber(8L));
        rows.link(ticket, "RELATES_TO", own);
        rows.link(foreign, "PARENT_OF", ticket);

        var all = web.get(agent, "/tickets/1042/links").body().path("items");
        var hers = web.get(requester, "/tickets/1042/links").body().path("items");

        assertThat(all.toString())
                .isEqualTo(
                        "[{\"type\":\"RELATES_TO\",\"id\":\"%s\",\"number\":\"HD-7\",\"inverse\":false,\"relation\":\"RELATES_TO\"},"
                                        .formatted(own)
                                + "{\"type\":\"PARENT_OF\",\"id\":\"%s\",\"number\":\"HD-8\",\"inverse\":true,\"relation\":\"CHILD_OF\"}]"
                                        .formatted(foreign));
        assertThat(hers).hasSize(1);
        assertThat(web.get(requester, "/tickets/1042").body().path("links")).isEqualTo(hers);
    }

    @Test
    void a_parked_ticket_says_since_when_and_does_not_let_callers_wait() {
        rows.park(ticket, 95);

        var plain = web.get(agent, "/tickets/1042");
        var before = web.get(agent, "/tickets/1042", "minPosition", "94");
        var beyond = web.get(agent, "/tickets/1042/timeline", "minPosition", "5000");

        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.header("Hindsight-Parked-At")).isEqualTo("95; since=2026-03-03T14:30:00.000001Z");
        assertThat(before.status()).isEqualTo(200);
        assertThat(beyond.code()).isEqualTo("PARKED");
        assertThat(web.get(agent, "/tickets").body().path("parked").asInt()).isEqualTo(1);
        assertThat(web.get(Web.caller(ana, Role.REQUESTER), "/tickets")
                        .body()
                        .path("parked")
                        .asInt())
                .isZero();
        assertThat(web.get(requester, "/tickets").body().path("parked").asInt()).isEqualTo(1);
    }

    @Test
    void a_ticket_parked_at_its_first_event_is_known_to_those_who_see_all() {
        UUID unseen = UUID.fromString("00000000-0000-7000-8000-0000000000ff");
        rows.park(unseen, 95);

        assertThat(web.get(agent, "/tickets/" + unseen).code()).isEqualTo("PARKED");
        assertThat(web.get(requester, "/tickets/" + unseen).status()).isEqualTo(404);
    }

    @Test
    void a_read_waits_for_the_position_that_it_must_show() throws Exception {
        var waiting = CompletableFuture.supplyAsync(() -> web.get(agent, "/tickets/1042", "minPosition", "101"));
        rows.position(101);
        rows.gate.advanced(ReadModel.TICKETS, 101);
        rows.gate.advanced(ReadModel.DIRECTORY, 101);

        var answer = waiting.get(10, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Hindsight-Position")).isEqualTo("101");
    }

    @Test
    void a_position_that_does_not_come_is_told_after_two_seconds() {
        long start = System.nanoTime();
        var answer = web.get(agent, "/tickets", "minPosition", "999999999999999999");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("NOT_YET_PROJECTED");
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_900));
    }

    @Test
    void what_a_crash_of_the_database_took_back_is_not_answered_from_memory() {
        rows.gate.advanced(ReadModel.TICKETS, 5_000); // committed, told, and lost with the database's newest log

        assertThat(web.get(agent, "/tickets", "minPosition", "5000").code()).isEqualTo("NOT_YET_PROJECTED");
    }

    private static List<String> texts(Web.Answer answer, String member) {
        List<String> texts = new ArrayList<>();
        answer.body().path("items").forEach(item -> texts.add(item.path(member).asString()));
        return texts;
    }
}
