package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a ticket was is told later as it was told then, and who made of it what it is. */
class PastTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> READS = List.of("", "/conversation", "/timeline", "/links");

    private final RunningApplication app = RunningApplication.shared();
    private final Desks desks = new Desks(app);
    private final Person agent = desks.of("agentWorks");
    private final Person auditor = desks.of("auditor");

    private JsonNode read(Person who, String path) {
        JsonNode answer = Desks.ok(who.get(path)).body();
        if (answer instanceof ObjectNode page && page.has("items")) {
            page.remove("position"); // how far the log was when it answered
        }
        return answer;
    }

    @Test
    void everyAnswerOfADayIsGivenAgainLater() {
        Desks.Opened opened = desks.ticket("past");
        String ticket = "/api/v1/tickets/" + opened.id();
        Answer other = Desks.ok(agent.post("/api/v1/tickets", "{\"subject\":\"another\"}"));
        Map<Long, List<JsonNode>> told = new LinkedHashMap<>();
        String note = "{\"body\":\"He is right.\"}";
        Person owner = desks.of("own");
        remember(ticket, opened.position(), told);
        for (Work work : List.<Work>of(
                () -> agent.put(ticket + "/assignment", "{\"assignee\":\"me\"}", "If-Match", "*"),
                () -> agent.post(ticket + "/notes", note),
                () -> agent.post(ticket + "/links", "{\"type\":\"RELATES_TO\",\"otherId\":\"" + other.id() + "\"}"),
                () -> agent.post(
                        "/api/v1/tickets/" + other.id() + "/links",
                        "{\"type\":\"CAUSED_BY\",\"otherId\":\"" + opened.id() + "\"}"),
                () -> MultipartFiles.upload(
                        owner, ticket, MultipartFiles.parts(MultipartFiles.part("a", "text/plain", "x"))),
                () -> owner.post(ticket + "/replies", "{\"body\":\"Here it is\"}"),
                () -> desks.admin.put("/api/v1/people/" + desks.id("agentWorks"), "{\"name\":\"Ada the second\"}"),
                () -> agent.put(ticket + "/tags/vip", null),
                () -> agent.put(ticket + "/watchers/me", null),
                () -> agent.delete("/api/v1/tickets/" + other.id() + "/links/CAUSED_BY/" + opened.id()),
                () -> agent.delete(ticket + "/links/RELATES_TO/" + other.id()),
                () -> agent.put(
                        ticket + "/status", "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}", "If-Match", "*"),
                () -> owner.post(ticket + "/replies", "{\"body\":\"Not at all\"}"))) {
            remember(ticket, app.after(Desks.ok(work.done())), told);
        }
        told.forEach((position, answers) -> {
            for (int i = 0; i < READS.size(); i++) {
                assertThat(read(auditor, ticket + READS.get(i) + "?atPosition=" + position))
                        .as(READS.get(i) + " at " + position)
                        .isEqualTo(answers.get(i));
            }
        });
        long versions = read(auditor, ticket).path("version").asLong();
        assertThat(told.size()).isGreaterThan(10);
        assertThat(Desks.ok(auditor.get(ticket + "?version=" + versions)).etag())
                .isEqualTo("\"" + versions + "\"");
    }

    /** One thing that somebody does. */
    @FunctionalInterface
    private interface Work {
        Answer done();
    }

    private void remember(String ticket, long position, Map<Long, List<JsonNode>> told) {
        told.put(
                position,
                READS.stream()
                        .map(of -> read(auditor, ticket + of + "?minPosition=" + position))
                        .toList());
    }

    @Test
    void aTicketThatWasInAClosedQueueStaysClosed() {
        Desks.Opened opened = desks.ticket("past");
        String ticket = "/api/v1/tickets/" + opened.id();
        Answer moved = Desks.ok(agent.put(ticket + "/assignment", "{\"queue\":null}", "If-Match", "*"));
        Person closed = desks.of("agentClosed");
        String after = "minPosition=" + app.after(moved);
        Desks.ok(closed.get(ticket + "?" + after));
        long versions = moved.body().path("version").asLong();
        for (String of : READS) {
            assertThat(closed.get(ticket + of + "?version=" + (versions - 1)).status())
                    .as(of)
                    .isEqualTo(404);
            assertThat(agent.get(ticket + of + "?version=" + (versions - 1)).status())
                    .as(of)
                    .isEqualTo(200);
            assertThat(auditor.get(ticket + of + "?version=" + (versions - 1)).status())
                    .as(of)
                    .isEqualTo(200);
            assertThat(desks.of("own")
                            .get(ticket + of + "?version=" + (versions - 1))
                            .status())
                    .as(of)
                    .isEqualTo(200);
            assertThat(desks.of("other").get(ticket + of + "?version=1").status())
                    .as(of)
                    .isEqualTo(404);
            assertThat(desks.of("operator").get(ticket + of + "?version=1").status())
                    .as(of)
                    .isEqualTo(403);
        }
        assertThat(closed.get(ticket + "/changes").status()).isEqualTo(404);
        assertThat(closed.get(ticket + "/changes?from=" + versions).status()).isEqualTo(200);
        assertThat(agent.get(ticket + "/changes").status()).isEqualTo(200);
    }

    @Test
    void differencesHaveTheirCausesAndReplayEveryState() {
        Desks.Opened opened = desks.ticket("past");
        String ticket = "/api/v1/tickets/" + opened.id();
        Answer replied = Desks.ok(agent.post(ticket + "/replies", "{\"body\":\"We come \\u0007 today\"}"));
        String after = "&minPosition=" + app.after(replied);

        JsonNode changes =
                Desks.ok(agent.get(ticket + "/changes?from=1" + after)).body();
        assertThat(changes.path("changes")
                        .valueStream()
                        .map(it -> it.path("field").asString()))
                .contains("queue", "status");
        assertThat(changes.at("/messages/0/body").asString()).startsWith("We come");
        JsonNode event = changes.at("/events/0");
        assertThat(event.path("event").asString()).isEqualTo("TicketQueued");
        assertThat(event.at("/cause/command").asString()).isNotEmpty();
        assertThat(event.at("/cause/roles/0").asString()).isEqualToIgnoringCase("agent");
        assertThat(changes.at("/people/0/id").asString()).isEqualTo(desks.id("agentWorks"));
        JsonNode seen =
                Desks.ok(desks.of("own").get(ticket + "/changes?from=1")).body();
        assertThat(seen.at("/events/0/cause").isNull()).isTrue();

        String at = URLEncoder.encode(changes.at("/to/at").asString(), StandardCharsets.UTF_8);
        assertThat(Desks.ok(agent.get(ticket + "/changes?from=" + at)).body().path("events"))
                .isEmpty();

        String path = "/api/v1/audit/tickets/" + opened.number();
        Answer replay = Desks.ok(auditor.get(path + "/replay"));
        List<JsonNode> lines = replay.raw().body().lines().map(JSON::readTree).toList();
        long versions = changes.at("/to/version").asLong();
        assertThat(lines).hasSize((int) versions + 1);
        assertThat(lines.getLast().path("complete").asLong()).isEqualTo(versions);
        for (int version = 1; version <= versions; version++) {
            JsonNode line = lines.get(version - 1);
            assertThat(line.path("version").asLong()).isEqualTo(version);
            assertThat(line.path("ticket"))
                    .isEqualTo(Desks.ok(auditor.get(ticket + "?version=" + version))
                            .body());
            assertThat(line.at("/cause/command").asString()).isNotEmpty();
        }
        assertThat(replay.header("Hindsight-Position")).isNotNull();
        assertThat(agent.get(path + "/replay").status()).isEqualTo(403);
        assertThat(desks.of("operator").get(path + "/events").status()).isEqualTo(403);
        assertThat(auditor.get("/api/v1/audit/tickets/" + UUID.randomUUID() + "/replay")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void auditorsReadEventsAsTheyAreStoredAndAsTheyRead() {
        Desks.Opened opened = desks.ticket("past secret");
        String path = "/api/v1/audit/tickets/" + opened.id() + "/events?minPosition=" + opened.position();
        JsonNode page = Desks.ok(auditor.get(path)).body();
        JsonNode first = page.at("/items/0");
        assertThat(first.path("event").asString()).isEqualTo("ticket.opened");
        assertThat(first.path("version").asLong()).isEqualTo(1);
        assertThat(first.at("/read/subject").asString()).isEqualTo("past secret");
        assertThat(first.path("stored").toString()).contains("sealed").doesNotContain("past secret");
        assertThat(first.at("/envelope/actor/person").asString()).isEqualTo(desks.id("own"));
        assertThat(page.path("nextAfter").isNull()).isTrue();

        List<JsonNode> paged = new ArrayList<>();
        String after = "0";
        while (after != null) {
            JsonNode some =
                    Desks.ok(auditor.get(path + "&limit=1&after=" + after)).body();
            some.path("items").forEach(paged::add);
            after = some.path("nextAfter").asString(null);
        }
        assertThat(paged).isEqualTo(page.path("items").valueStream().toList());

        String person = desks.id("own");
        JsonNode found = Desks.ok(auditor.get("/api/v1/audit/events?actor=" + person + "&type=ticket.opened" + "&after="
                        + (first.path("position").asLong() - 1)))
                .body();
        assertThat(found.path("items")).hasSize(1);
        assertThat(found.at("/items/0")).isEqualTo(first);
        String recorded = URLEncoder.encode(first.path("recordedAt").asString(), StandardCharsets.UTF_8);
        JsonNode before = Desks.ok(auditor.get("/api/v1/audit/events?actor=" + person + "&type=ticket.opened&to="
                        + recorded + "&from=" + recorded))
                .body();
        assertThat(before.path("items")).isEmpty();
        assertThat(auditor.get("/api/v1/audit/events?type=Robert%27%29%3B").status())
                .isEqualTo(400);
    }

    @Test
    void whatWasErasedIsErasedInThePastToo() {
        Answer made = Desks.ok(agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"private matter\",\"description\":\"private words\",\"requester\":{\"email\":\""
                        + UUID.randomUUID() + "@example.org\"}}"));
        String ticket = "/api/v1/tickets/" + made.id();
        Answer replied = Desks.ok(agent.post(ticket + "/notes", "{\"body\":\"private note\"}"));
        JsonNode before = Desks.ok(auditor.get(ticket + "?version=1&minPosition=" + app.after(replied)))
                .body();
        assertThat(before.path("subject").asString()).isEqualTo("private matter");
        Desks.ok(desks.admin.post(
                "/api/v1/people/" + before.at("/requester/id").asString() + "/erasure", "{\"reason\":\"asked\"}"));
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> auditor.get(ticket).body().path("subject").asString("").equals(Personal.ERASED));

        var told = new StringBuilder();
        for (String of : List.of("?version=1", "/conversation?version=2", "/timeline?version=2", "/changes")) {
            told.append(Desks.ok(auditor.get(ticket + of)).raw().body());
        }
        told.append(Desks.ok(auditor.get("/api/v1/audit/tickets/" + made.id() + "/replay"))
                .raw()
                .body());
        told.append(Desks.ok(auditor.get("/api/v1/audit/tickets/" + made.id() + "/events"))
                .raw()
                .body());
        assertThat(told.toString()).contains(Personal.ERASED).doesNotContain("private");
        assertThat(auditor.get(ticket + "?version=1").body().path("subject").asString())
                .isEqualTo(Personal.ERASED);
    }

    @Test
    void rolesThatReadNoTicketReadNoPast() {
        assertThat(app.as(Role.OPERATOR, "olga@example.org")
                        .get("/api/v1/tickets/HD-1/changes")
                        .status())
                .isEqualTo(403);
        assertThat(app.withToken("").get("/api/v1/audit/events").status()).isEqualTo(401);
    }
}
