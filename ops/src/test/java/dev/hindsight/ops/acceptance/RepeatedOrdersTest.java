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
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Orders that are no commands of a ticket are done once for each Idempotency-Key, too. */
class RepeatedOrdersTest {

    private static final String KEY = "Idempotency-Key";
    private static final String EXPORTS = "/api/v1/audit/exports";
    private static final String REVERSIONS = "/ops/v1/reversions";
    private static final String RECOVERIES = "/ops/v1/recoveries";
    private static final String LEDGER_KEYS = "/ops/v1/ledger/keys";
    private static final int AT_ONCE = 6;

    private static final RunningApplication APP = RunningApplication.temporary(
            Map.of("hindsight.erasure.approval", "required", "hindsight.reversion.approval", "required"));

    private final Person agent = APP.as(Role.AGENT, "ana@example.org");
    private final Person admin = APP.as(Role.ADMIN, "adele@example.org");
    private final Person second = APP.as(Role.ADMIN, "bruno@example.org");
    private final Person auditor = APP.as(Role.AUDITOR, "audrey@example.org");
    private final Person operator = APP.as(Role.OPERATOR, "olga@example.org");
    private final String key = UUID.randomUUID().toString();

    @AfterAll
    static void stop() {
        APP.close();
    }

    private Answer ticket() {
        return Desks.ok(agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"ordered\",\"requester\":{\"email\":\"" + UUID.randomUUID() + "@example.org\"}}"));
    }

    private static boolean isReplayed(Answer answer) {
        return "true".equals(answer.header("Idempotency-Replayed"));
    }

    /** The same again answers the same, and something else under the key nothing. */
    private Answer twice(Person who, String path, @Nullable String body, String other) {
        Answer first = Desks.ok(who.post(path, body, KEY, key));
        assertThat(isReplayed(first)).isFalse();
        Answer again = who.post(path, body, KEY, key);
        assertThat(again.status()).as(again.raw().body()).isEqualTo(first.status());
        assertThat(isReplayed(again)).isTrue();
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        Answer mismatch = who.post(path, other, KEY, key);
        assertThat(mismatch.status()).as(mismatch.raw().body()).isEqualTo(422);
        assertThat(mismatch.code()).isEqualTo("IDEMPOTENCY_MISMATCH");
        assertThat(isReplayed(mismatch)).isFalse();
        return again;
    }

    /** Those that are answered at all are answered alike. */
    private List<Answer> atOnce(Person who, String path, String body, int success) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(AT_ONCE);
        try (ExecutorService all = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Answer>> calls = IntStream.range(0, AT_ONCE)
                    .mapToObj(n -> all.submit(() -> {
                        barrier.await();
                        return who.post(path, body, KEY, key);
                    }))
                    .toList();
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> call : calls) {
                answers.add(call.get());
            }
            assertThat(answers).allSatisfy(answer -> {
                assertThat(answer.status()).as(answer.raw().body()).isIn(success, 409);
                if (answer.status() == 409) {
                    assertThat(answer.code()).isEqualTo("IDEMPOTENCY_IN_PROGRESS");
                }
            });
            List<Answer> done = answers.stream()
                    .filter(answer -> answer.status() == success)
                    .toList();
            assertThat(done.stream().filter(answer -> !isReplayed(answer))).hasSize(1);
            return done;
        }
    }

    private static String reversion(String ticket, String reason, boolean includeMoved) {
        return "{\"correlationId\":\"" + ticket + "\",\"reason\":\"" + reason + "\",\"includeMoved\":" + includeMoved
                + ",\"dryRun\":true}";
    }

    @Test
    void anExport() {
        String ticket = ticket().id();
        String body = "{\"tickets\":[\"" + ticket + "\"],\"reason\":\"case 12\"}";
        Answer again = twice(auditor, EXPORTS, body, body.replace("12", "13"));
        assertThat(auditor.post(EXPORTS, body, KEY, key).body()).isEqualTo(again.body());
        assertThat(auditor.get(EXPORTS + "/" + again.id()).body()).isEqualTo(again.body());
        assertThat(isReplayed(Desks.ok(auditor.post(EXPORTS, body)))).isFalse();
        assertThat(auditor.post(EXPORTS, body, KEY, "").code()).isEqualTo("INVALID_REQUEST");
    }

    @Test
    void exportsAtOnce() throws Exception {
        String body = "{\"tickets\":[\"" + ticket().id() + "\"],\"reason\":\"case 14\"}";
        assertThat(atOnce(auditor, EXPORTS, body, 201))
                .extracting(Answer::id)
                .containsOnly(auditor.post(EXPORTS, body, KEY, key).id());
    }

    @Test
    void aKeyOfTheLedger() throws Exception {
        int before = ledgerKeys();
        String body = "{\"reason\":\"once a year\"}";
        Answer again = twice(operator, LEDGER_KEYS, body, "{\"reason\":\"every day\"}");
        assertThat(ledgerKeys()).isEqualTo(before + 1);
        assertThat(auditor.get("/api/v1/audit/keys").raw().body())
                .contains(again.body().path("key").asString());
        Desks.ok(operator.post(LEDGER_KEYS, null));
        assertThat(ledgerKeys()).isEqualTo(before + 2);
        // the answer stays although another has taken over since
        assertThat(operator.post(LEDGER_KEYS, body, KEY, key).body().path("key").asString())
                .isEqualTo(again.body().path("key").asString());
        assertThat(ledgerKeys()).isEqualTo(before + 2);
    }

    private int ledgerKeys() {
        JsonNode answer = auditor.get("/api/v1/audit/keys").body();
        return answer.path("items").size();
    }

    @Test
    void aReversion() {
        String ticket = ticket().id();
        String body = reversion(ticket, "by mistake", false);
        Answer again = twice(operator, REVERSIONS, body, reversion(ticket, "for fun", false));
        assertThat(operator.post(REVERSIONS, reversion(ticket, "by mistake", true), KEY, key)
                        .status())
                .isEqualTo(422);
        assertThat(operator.get(REVERSIONS)
                        .body()
                        .path("items")
                        .valueStream()
                        .filter(job -> job.path("id").asString().equals(again.id())))
                .hasSize(1);
    }

    @Test
    void reversionsAtOnce() throws Exception {
        String ticket = ticket().id();
        String body = reversion(ticket, "by mistake", false);
        String id = atOnce(operator, REVERSIONS, body, 202).getFirst().id();
        assertThat(operator.get(REVERSIONS)
                        .body()
                        .path("items")
                        .valueStream()
                        .filter(job -> job.toString().contains(ticket))
                        .map(job -> job.path("id").asString()))
                .containsExactly(id);
    }

    @Test
    void recoveriesAtOnce() throws Exception {
        String body = "{\"position\":" + ticket().body().path("position").asLong() + ",\"name\":\"at-once\"}";
        String id = atOnce(operator, RECOVERIES, body, 202).getFirst().id();
        assertThat(operator.get(RECOVERIES)
                        .body()
                        .path("items")
                        .valueStream()
                        .map(recovery -> recovery.path("id").asString()))
                .containsExactly(id);
        assertThat(operator.post(RECOVERIES, body.replace("at-once", "other"), KEY, key)
                        .status())
                .isEqualTo(422);
        assertThat(operator.post(RECOVERIES, body, KEY, "").code()).isEqualTo("INVALID_REQUEST");
    }

    @Test
    void approvals() {
        String approve = "{\"approve\":true}";
        String decline = "{\"approve\":false}";
        String person = requesterOf(ticket());
        String path = "/api/v1/people/" + person + "/erasure";
        Answer declined = admin.post(path, "{\"reason\":\"asked\"}");
        assertThat(twice(second, "/api/v1/approvals/" + declined.id(), decline, approve)
                        .body()
                        .path("person")
                        .asString())
                .isEqualTo(person);

        // held, so that it waits: an erasure forgets what is remembered of calls that wrote to the person
        Desks.ok(admin.put("/api/v1/people/" + person + "/legal-hold", "{\"reason\":\"Case 7\"}"));
        Answer approved = admin.post(path, "{\"reason\":\"asked again\"}");
        String own = UUID.randomUUID().toString();
        assertThat(second.post("/api/v1/approvals/" + approved.id(), approve, KEY, own)
                        .status())
                .isEqualTo(202);
        Answer again = second.post("/api/v1/approvals/" + approved.id(), approve, KEY, own);
        assertThat(again.status()).as(again.raw().body()).isEqualTo(202);
        assertThat(again.body().path("state").asString()).isEqualTo("WAITING");
        assertThat(isReplayed(again)).isTrue();
    }

    private String requesterOf(Answer ticket) {
        return agent.get("/api/v1/tickets/" + ticket.id() + "?minPosition=" + ticket.position())
                .body()
                .at("/requester/id")
                .asString();
    }

    @Test
    void approvalsOfReversions() throws Exception {
        String ticket = ticket().id();
        String body = reversion(ticket, "by mistake", false).replace("true}", "false}");
        Answer asked = Desks.ok(operator.post(REVERSIONS, body));
        assertThat(asked.body().path("state").asString()).isEqualTo("WAITING_FOR_APPROVAL");
        String path = "/api/v1/approvals/" + asked.id();
        assertThat(atOnce(admin, path, "{\"approve\":true}", 202)).isNotEmpty();
        Answer again = admin.post(path, "{\"approve\":true}", KEY, key);
        assertThat(again.status()).isEqualTo(202);
        assertThat(isReplayed(again)).isTrue();
        assertThat(admin.post(path, "{\"approve\":false}", KEY, key).status()).isEqualTo(422);
        assertThat(admin.post(path, "{\"approve\":true}").code()).isEqualTo("NOT_WAITING");
    }

    /** What stands in the fields is shown to auditors, and who looked is on record. */
    @Test
    void whoLooksAtWhatAReversionChangesIsOnRecord() {
        String ticket = ticket().id();
        Desks.ok(agent.put("/api/v1/tickets/" + ticket + "/tags/wrong", null, "X-Correlation-Id", ticket));
        Person reader = APP.withToken(DevelopmentIssuer.of(APP.data())
                .issue(
                        EnumSet.of(Role.OPERATOR, Role.AUDITOR),
                        "reader@example.org",
                        null,
                        Instant.now(),
                        Duration.ofHours(1)));
        String dry = operator.post(REVERSIONS, reversion(ticket, "by mistake", false))
                .id();
        Journey.eventually(
                Duration.ofSeconds(30),
                () -> !operator.get("/ops/v1/jobs/" + dry)
                        .body()
                        .path("endedAt")
                        .isNull());
        String path = REVERSIONS + "/" + dry + "/tickets";
        assertThat(operator.get(path).body().path("items")).hasSize(1);
        Answer read = reader.get(path);
        assertThat(read.body().at("/items/0/changes")).isNotEmpty();

        String person = reader.get("/api/v1/people/me").id();
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> auditor.get("/api/v1/audit/access?ticket=" + ticket + "&person=" + person)
                        .body()
                        .path("items")
                        .valueStream()
                        .anyMatch(record ->
                                record.path("call").asString().equals("GET /ops/v1/reversions/{jobId}/tickets")
                                        && record.path("status").asInt() == 200));
        String blind = operator.get("/api/v1/people/me").id();
        assertThat(auditor.get("/api/v1/audit/access?ticket=" + ticket + "&person=" + blind)
                        .body()
                        .path("items"))
                .as("ids and names alone")
                .isEmpty();
    }
}
