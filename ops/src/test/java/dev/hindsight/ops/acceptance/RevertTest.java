package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tickets are brought back to what they were, one by its people and many by an operator, over HTTP. */
class RevertTest {

    private static final String TICKETS = "/api/v1/tickets/";
    private static final String REVERSIONS = "/ops/v1/reversions";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person supervisor = app.as(Role.SUPERVISOR, "sue@example.org");
    private final Person operator = app.as(Role.OPERATOR, "olga@example.org");
    private final Person reader = app.withToken(DevelopmentIssuer.of(app.data())
            .issue(
                    EnumSet.of(Role.OPERATOR, Role.AUDITOR),
                    "otto@example.org",
                    null,
                    Instant.now(),
                    Duration.ofHours(1)));
    private final ReadModelOperator jobs = new ReadModelOperator(operator, Duration.ofSeconds(60));

    private Answer opened(String subject) {
        return Desks.ok(agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"" + subject + "\",\"requester\":{\"email\":\"lee@example.org\"},\"tags\":[\"vip\"]}"));
    }

    private JsonNode read(Answer written) {
        return Desks.ok(agent.get(TICKETS + written.id() + "?minPosition=" + written.position()))
                .body();
    }

    private static Answer revert(Person who, String ticket, String body, String... headers) {
        return who.post(TICKETS + ticket + "/revert", body, headers.length == 0 ? any() : headers);
    }

    private static String[] any() {
        return new String[] {"If-Match", "*"};
    }

    private static String codeOf(Answer answer) {
        return answer.status() + " " + answer.body().path("code").asString("");
    }

    @Test
    void aTicketIsAsItWasAndTheMistakeStaysOnRecord() {
        var opened = opened("Coffee machine leaks");
        var path = TICKETS + opened.id();
        Desks.ok(agent.put(path + "/assignment", "{\"assignee\":\"me\"}", any()));
        Desks.ok(agent.put(path + "/watchers/me", null));
        var before = read(Desks.ok(agent.put(path + "/tags/kitchen", null)));
        long version = before.path("version").asLong();
        Desks.ok(agent.patch(path, "{\"subject\":\"wrong\",\"impact\":1,\"type\":\"TASK\"}", any()));
        Desks.ok(agent.delete(path + "/tags/vip"));
        Desks.ok(agent.delete(path + "/watchers/me"));
        Desks.ok(agent.post(path + "/replies", "{\"body\":\"We close this.\"}"));
        Desks.ok(agent.put(path + "/status", "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}", any()));
        var closed = Desks.ok(agent.put(path + "/status", "{\"status\":\"CLOSED\"}", any()));

        assertThat(codeOf(revert(agent, opened.id(), "{\"toVersion\":1,\"reason\":\"x\"}", "X-None", "1")))
                .startsWith("428");
        assertThat(codeOf(revert(agent, opened.id(), "{\"toVersion\":1,\"reason\":\"x\"}", "If-Match", "\"1\"")))
                .startsWith("412");
        assertThat(codeOf(revert(agent, opened.id(), "{\"toVersion\":999,\"reason\":\"x\"}")))
                .isEqualTo("400 INVALID_REQUEST");
        assertThat(codeOf(revert(agent, opened.id(), "{\"toVersion\":1}"))).isEqualTo("400 INVALID_REQUEST");
        assertThat(codeOf(revert(agent, opened.id(), "{\"asOf\":\"2001-01-01T00:00:00Z\",\"reason\":\"x\"}")))
                .isEqualTo("400 INVALID_REQUEST");

        var key = UUID.randomUUID().toString();
        var body = "{\"toVersion\":" + version + ",\"reason\":\"It leaks still\"}";
        var etag = "\"" + closed.body().path("version").asLong() + "\"";
        var reverted = Desks.ok(revert(agent, opened.id(), body, "If-Match", etag, "Idempotency-Key", key));
        assertThat(reverted.body().path("version").asLong())
                .isEqualTo(closed.body().path("version").asLong() + 1);
        assertThat(texts(reverted.body().path("restored")))
                .containsExactlyInAnyOrder("ranking", "status", "subject", "tags", "type", "watchers");
        assertThat(reverted.body().path("notUndone")).hasSize(1);
        assertThat(reverted.body().at("/notUndone/0/event").asString()).isEqualTo("PublicReplyAdded");
        var again = revert(agent, opened.id(), body, "If-Match", etag, "Idempotency-Key", key);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.raw().body()).isEqualTo(reverted.raw().body());

        var now = read(reverted);
        for (var member : before.propertyNames()) {
            if (!List.of("version", "position", "updatedAt", "firstRespondedAt").contains(member)) {
                assertThat(now.path(member)).as(member).isEqualTo(before.path(member));
            }
        }
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> agent.get("/api/v1/search?q=Coffee+leaks+status:open")
                        .raw()
                        .body()
                        .contains(opened.id()));
        var timeline = agent.get(path + "/timeline?limit=200").raw().body();
        assertThat(timeline).contains("TicketReverted", "It leaks still", "TicketClosed");
        var lees = app.as(Role.REQUESTER, "lee@example.org");
        assertThat(lees.get(path + "/timeline?limit=200").raw().body())
                .contains("TicketReverted")
                .doesNotContain("It leaks still", "watchers");

        // What is already stores nothing, and a revert can be reverted.
        var nothing = Desks.ok(revert(agent, opened.id(), body));
        assertThat(nothing.body().path("version")).isEqualTo(reverted.body().path("version"));
        var back = Desks.ok(revert(
                agent,
                opened.id(),
                "{\"toVersion\":" + closed.body().path("version").asLong() + ",\"reason\":\"No, it was right\"}"));
        assertThat(read(back).path("status").asString()).isEqualTo("CLOSED");
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    @Test
    void onlySupervisorsBringOverriddenPrioritiesBack() {
        var opened = opened("Override");
        var path = TICKETS + opened.id();
        Desks.ok(supervisor.put(path + "/priority", "{\"priority\":\"P1\",\"reason\":\"loud\"}", any()));
        var body = "{\"toVersion\":1,\"reason\":\"not that loud\"}";
        assertThat(revert(agent, opened.id(), body).status()).isEqualTo(403);
        var reverted = Desks.ok(revert(supervisor, opened.id(), body));
        assertThat(read(reverted).path("priority").asString()).isEqualTo("P5");
    }

    /** Who may not work the queue of then does not bring the ticket back there, nor learns what was. */
    @Test
    void theQueueOfThenCountsLikeTheQueueOfNow() {
        var admin = app.as(Role.ADMIN, "adele@example.org");
        var queue = "secret-" + UUID.randomUUID().toString().substring(0, 8);
        var me = Desks.ok(agent.get("/api/v1/people/me")).id();
        Desks.ok(admin.put("/api/v1/queues/" + queue, "{\"name\":\"Secret\",\"access\":\"RESTRICTED\"}"));
        Desks.ok(admin.put("/api/v1/queues/" + queue + "/grants/" + me, "{\"read\":true,\"work\":true}"));
        var opened =
                Desks.ok(agent.post("/api/v1/tickets", "{\"subject\":\"secret once\",\"queue\":\"" + queue + "\"}"));
        Desks.ok(agent.put(TICKETS + opened.id() + "/assignment", "{\"queue\":null}", any()));
        var body = "{\"toVersion\":1,\"reason\":\"back\"}";
        assertThat(revert(app.as(Role.AGENT, "ben@example.org"), opened.id(), body)
                        .status())
                .isEqualTo(404);
        assertThat(read(Desks.ok(revert(agent, opened.id(), body)))
                        .path("queue")
                        .asString())
                .isEqualTo(queue);
    }

    @Test
    void aMomentIsTheVersionOfThen() {
        var opened = opened("As of");
        var before = read(opened);
        Desks.ok(agent.patch(TICKETS + opened.id(), "{\"subject\":\"later\"}", any()));
        var reverted = Desks.ok(revert(
                agent,
                opened.id(),
                "{\"asOf\":\"" + before.path("updatedAt").asString() + "\",\"reason\":\"as it was\"}"));
        assertThat(read(reverted).path("subject").asString()).isEqualTo("As of");
    }

    /** One bulk call that should not have been: all but what somebody else went on with is undone. */
    @Test
    void aMassMistakeIsLookedAtUndoneAndTheUndoingUndone() {
        var ids = new ArrayList<String>();
        for (int n = 0; n < 12; n++) {
            ids.add(opened("Mass " + n).id());
        }
        var mistake = "mistake-" + UUID.randomUUID();
        Desks.ok(agent.post(
                "/api/v1/tickets/bulk",
                "{\"ids\":[\"" + String.join("\",\"", ids)
                        + "\"],\"command\":{\"type\":\"changeStatus\",\"body\":{\"status\":\"CANCELLED\"}}}",
                "X-Correlation-Id",
                mistake));
        var moved = ids.getFirst();
        Desks.ok(revert(agent, moved, "{\"toVersion\":1,\"reason\":\"needed\"}"));
        Desks.ok(agent.put(TICKETS + moved + "/status", "{\"status\":\"PENDING\"}", any()));
        var tagged = ids.get(1);
        Desks.ok(agent.put(TICKETS + tagged + "/tags/later", null));

        var dry = jobs.over(operator.post(REVERSIONS, "{\"correlationId\":\"" + mistake + "\"}"));
        assertThat(dry.path("state").asString()).as(dry.toString()).isEqualTo("DONE");
        assertThat(dry.at("/reversion/tickets/WOULD_BE_REVERTED").asInt()).isEqualTo(11);
        assertThat(dry.at("/reversion/tickets/MOVED_ON").asInt()).isEqualTo(1);
        assertThat(status(tagged)).isEqualTo("CANCELLED");
        var listed = operator.get(REVERSIONS + "/" + dry.path("id").asString() + "/tickets?limit=5");
        assertThat(listed.body().path("items")).hasSize(5);
        assertThat(listed.body().path("nextCursor").isNull()).isFalse();
        assertThat(listed.raw().body()).contains("status").doesNotContain("changes", "NEW");
        var read = reader.get(REVERSIONS + "/" + dry.path("id").asString() + "/tickets?outcome=WOULD_BE_REVERTED");
        assertThat(read.body().path("items")).hasSize(11);
        assertThat(read.body().at("/items/0/changes/0/before").asString()).isEqualTo("CANCELLED");
        assertThat(read.body().at("/items/0/changes/0/after").asString()).isEqualTo("NEW");
        var late = operator.get(REVERSIONS + "/" + dry.path("id").asString() + "/tickets?outcome=MOVED_ON");
        assertThat(late.body().at("/items/0/ticketId").asString()).isEqualTo(moved);
        assertThat(late.body().at("/items/0/movedOn")).isNotEmpty();

        var order = "{\"correlationId\":\"" + mistake + "\",\"reason\":\"a script ran wild\",\"dryRun\":false}";
        var key = UUID.randomUUID().toString();
        var done = jobs.over(operator.post(REVERSIONS, order, "Idempotency-Key", key));
        assertThat(done.at("/reversion/tickets/REVERTED").asInt())
                .as(done.toString())
                .isEqualTo(11);
        assertThat(operator.post(REVERSIONS, order, "Idempotency-Key", key).id())
                .isEqualTo(done.path("id").asString());
        assertThat(operator.get("/ops/v1/jobs").raw().body())
                .contains(done.path("id").asString());
        assertThat(status(tagged)).isEqualTo("NEW");
        assertThat(texts(agent.get(TICKETS + tagged).body().path("tags"))).contains("later");
        assertThat(status(moved)).isEqualTo("PENDING");

        // Once more finds nothing to do; the reversion itself can be undone.
        var twice = jobs.over(operator.post(REVERSIONS, order));
        assertThat(twice.at("/reversion/tickets/UNCHANGED").asInt())
                .as(twice.toString())
                .isEqualTo(11);
        var undone = jobs.over(operator.post(
                REVERSIONS,
                "{\"correlationId\":\"" + done.at("/reversion/correlationId").asString()
                        + "\",\"reason\":\"it was right\",\"dryRun\":false}"));
        assertThat(undone.at("/reversion/tickets/REVERTED").asInt())
                .as(undone.toString())
                .isEqualTo(11);
        assertThat(status(tagged)).isEqualTo("CANCELLED");
        var over = jobs.over(operator.post(
                REVERSIONS,
                "{\"correlationId\":\"" + mistake
                        + "\",\"reason\":\"all of them\",\"dryRun\":false,\"includeMoved\":true}"));
        assertThat(over.at("/reversion/tickets/REVERTED").asInt())
                .as(over.toString())
                .isGreaterThanOrEqualTo(11);
        assertThat(status(moved)).isEqualTo("NEW");
    }

    private @Nullable String status(String ticket) {
        var head = jobs.projections().path(0).path("head").asLong();
        return agent.get(TICKETS + ticket + "?minPosition=" + head)
                .body()
                .path("status")
                .asString();
    }

    @Test
    void aPersonsHourIsUndone() {
        var opened = opened("By somebody");
        var eve = app.as(Role.AGENT, "eve" + UUID.randomUUID() + "@example.org");
        var id = Desks.ok(eve.get("/api/v1/people/me")).id();
        var from = Instant.now().minusSeconds(2);
        var path = TICKETS + opened.id();
        Desks.ok(eve.patch(path, "{\"subject\":\"Eve was here\"}", any()));
        Desks.ok(eve.put(path + "/tags/eve", null));
        Desks.ok(agent.put(path + "/tags/ana", null));
        var done = jobs.over(operator.post(
                REVERSIONS,
                "{\"actor\":\"" + id + "\",\"from\":\"" + from + "\",\"to\":\""
                        + Instant.now().plusSeconds(60)
                        + "\",\"reason\":\"her account was stolen\",\"dryRun\":false}"));
        assertThat(done.at("/reversion/tickets/REVERTED").asInt())
                .as(done.toString())
                .isEqualTo(1);
        assertThat(status(opened.id())).isEqualTo("NEW");
        var ticket = agent.get(path).body();
        assertThat(ticket.path("subject").asString()).isEqualTo("By somebody");
        assertThat(texts(ticket.path("tags"))).containsExactly("ana", "vip");
    }

    @Test
    void anOrderThatMeansNothingIsRefused() {
        for (var body : List.of(
                "{}",
                "{\"commandId\":\"a\",\"writer\":\"b\"}",
                "{\"actor\":\"00000000-0000-7000-8000-00000000c0de\"}",
                "{\"commandId\":\"a\",\"dryRun\":false}")) {
            assertThat(codeOf(operator.post(REVERSIONS, body))).as(body).isEqualTo("400 INVALID_REQUEST");
        }
        assertThat(agent.post(REVERSIONS, "{\"commandId\":\"a\"}").status()).isEqualTo(403);
    }
}
