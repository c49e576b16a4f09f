package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A ticket's life over HTTP, as its three kinds of people see it. */
abstract class Journey {

    private static final String TICKETS = "/api/v1/tickets";

    private final RunningApplication app;
    private final Person agent;
    private final Person requester;

    /** @param app where it happens */
    Journey(RunningApplication app) {
        this.app = app;
        this.agent = app.as(Role.AGENT, "ana@example.org");
        this.requester = app.as(Role.REQUESTER, "lee@example.org");
    }

    @Test
    void aTicketIsOpenedWorkedAnsweredResolvedReopenedAndClosed() {
        Answer opened = requester.post(
                TICKETS, "{\"subject\":\"The scanner hums\",\"description\":\"Since Monday.\",\"urgency\":\"HIGH\"}");
        assertThat(opened.status()).isEqualTo(201);
        assertThat(opened.header("Location")).isEqualTo(TICKETS + "/" + opened.id());
        String ticket = TICKETS + "/" + opened.id();

        Answer assigned = agent.put(ticket + "/assignment", "{\"assignee\":\"me\"}", "If-Match", opened.etag());
        assertThat(assigned.body().path("version").asLong()).isEqualTo(3); // TicketAssigned and WorkStarted
        Answer note = agent.post(ticket + "/notes", "{\"body\":\"bearing is gone, ordered a zorkmid\"}");
        assertThat(note.status()).isEqualTo(201);
        Answer pending = agent.put(
                ticket + "/status",
                "{\"status\":\"PENDING\",\"comment\":\"Does it smell?\"}",
                "If-Match",
                agent.get(ticket + "?minPosition=" + app.after(note)).etag());
        assertThat(pending.status()).isEqualTo(200);
        Answer answered = requester.post(ticket + "/replies", "{\"body\":\"Like burnt toast.\"}");
        assertThat(answered.status()).isEqualTo(201);

        JsonNode open =
                agent.get(ticket + "?minPosition=" + app.after(answered)).body();
        assertThat(open.path("status").asString()).isEqualTo("OPEN");
        assertThat(open.path("assignee").path("name").asString())
                .isEqualTo(agent.get("/api/v1/people/me").body().path("name").asString());
        assertThat(open.path("priority").asString()).isEqualTo("P3");
        assertThat(open.path("firstRespondedAt").isNull()).isFalse();

        Answer resolved = agent.put(
                ticket + "/status",
                "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\",\"comment\":\"New bearing.\"}",
                "If-Match",
                "*");
        assertThat(resolved.status()).isEqualTo(200);
        Answer back = requester.post(ticket + "/replies", "{\"body\":\"It hums again.\"}");
        JsonNode reopened =
                agent.get(ticket + "?minPosition=" + app.after(back)).body();
        assertThat(reopened.path("status").asString()).isEqualTo("OPEN");
        assertThat(reopened.path("reopenCount").asInt()).isEqualTo(1);

        agent.put(ticket + "/status", "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}", "If-Match", "*");
        Answer closed = agent.put(ticket + "/status", "{\"status\":\"CLOSED\"}", "If-Match", "*");
        assertThat(closed.status()).isEqualTo(200);
        Answer late = agent.post(ticket + "/replies", "{\"body\":\"One more thing\"}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("ALREADY_CLOSED");
        Answer followUp = requester.post(ticket + "/replies", "{\"body\":\"And again!\"}");
        assertThat(followUp.status()).isEqualTo(201);
        assertThat(followUp.body().path("followUpOf").asString()).isEqualTo(opened.id());
        assertThat(followUp.id()).isNotEqualTo(opened.id());

        List<String> events = agent.get(ticket + "/timeline?minPosition=" + app.after(closed))
                .body()
                .path("items")
                .valueStream()
                .map(entry -> entry.path("event").asString())
                .toList();
        assertThat(events)
                .startsWith("TicketOpened", "TicketAssigned", "WorkStarted", "InternalNoteAdded")
                .contains("TicketPended", "TicketResumed", "TicketResolved", "TicketReopened")
                .endsWith("TicketClosed");
    }

    @Test
    void aNoteReachesNoRequesterByAnyRead() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Quiet please\",\"description\":\"The fan is loud.\"}");
        String ticket = TICKETS + "/" + opened.id();
        String secret = "xylograph" + UUID.randomUUID().toString().substring(0, 8);
        Answer note = agent.post(ticket + "/notes", "{\"body\":\"internal " + secret + "\"}");
        String after = "minPosition=" + app.after(note);
        String number = opened.body().path("number").asString();

        eventually(Duration.ofSeconds(20), () -> total(agent.get("/api/v1/search?q=" + secret)) == 1);
        for (String path : List.of(
                ticket + "?" + after,
                ticket + "/conversation?" + after,
                ticket + "/timeline?" + after,
                ticket + "/links?" + after,
                TICKETS + "?" + after,
                "/api/v1/search?q=" + number + "&" + after)) {
            Answer answer = requester.get(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.raw().body()).as(path).doesNotContain(secret).doesNotContain("InternalNoteAdded");
        }
        assertThat(total(requester.get("/api/v1/search?q=" + secret))).isZero();
        assertThat(requester
                        .get("/api/v1/search/suggestions?q=" + secret.substring(0, 9))
                        .raw()
                        .body())
                .doesNotContain(secret);
        assertThat(requester
                        .get(ticket + "/conversation?" + after)
                        .body()
                        .path("items")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void anotherRequestersTicketDoesNotExist() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Mine alone\"}");
        Person other = app.as(Role.REQUESTER, "mallory@example.org");
        for (String path : List.of("", "/conversation", "/timeline", "/links")) {
            Answer answer = other.get(TICKETS + "/" + opened.id() + path + "?minPosition=" + app.after(opened));
            assertThat(answer.status()).as(path).isEqualTo(404);
        }
        assertThat(other.post(TICKETS + "/" + opened.id() + "/replies", "{\"body\":\"hello\"}")
                        .status())
                .isEqualTo(404);
        assertThat(total(other.get(TICKETS + "?minPosition=" + app.after(opened))))
                .isZero();
    }

    @Test
    void whatWasWrittenIsSeenInListsAndSearchSoon() {
        String word = "quokka" + UUID.randomUUID().toString().substring(0, 8);
        Answer opened = agent.post(
                TICKETS,
                "{\"subject\":\"Printers and " + word
                        + "\",\"requester\":{\"email\":\"kim@example.org\"},\"tags\":[\"VIP\"]}");
        assertThat(opened.status()).isEqualTo(201);
        JsonNode list = agent.get(TICKETS + "?tag=vip&sort=-createdAt&minPosition=" + app.after(opened))
                .body();
        assertThat(list.path("items").path(0).path("id").asString()).isEqualTo(opened.id());
        Instant begun = Instant.now();
        eventually(
                Duration.ofSeconds(20),
                () -> total(agent.get("/api/v1/search?q=printer%20" + word + "%20tag:vip%20-status:closed")) == 1);
        assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(20));
        String highlights = agent.get("/api/v1/search?q=" + word).raw().body();
        assertThat(highlights).contains(word);
    }

    private static long total(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("total").asLong();
    }

    static void eventually(Duration within, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(within);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("in time").isBefore(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }
}
