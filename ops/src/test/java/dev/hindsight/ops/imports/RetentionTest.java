package dev.hindsight.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Old tickets, imported with the times of then, whose content a rule has erased: not those that are held, nor newer ones. */
class RetentionTest {

    private static final String RULES = "/api/v1/retention-rules";
    private static final String MAPPING = """
            source: old-desk-SUFFIX
            caseId: number
            zone: UTC
            time: {column: at, format: ISO}
            type: INCIDENT
            activity: state
            states:
              column: state
              values:
                New: {status: NEW}
                Resolved: {status: RESOLVED, resolution: FIXED}
                Closed: {status: CLOSED}
            requester: caller
            queue: queue
            subject: "{symptom}"
            fields:
              symptom: symptom
            """;

    private final RunningApplication app = RunningApplication.shared();
    private final Person admin = app.as(Role.ADMIN, "adele@example.org");
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);

    @Test
    void oldTicketsAreListedErasedAndWaitForHolds() throws Exception {
        String queue = "old-" + suffix;
        var csv = new StringBuilder("number,state,at,caller,queue,symptom\n");
        for (int n = 0; n < 6; n++) {
            String year = n < 4
                    ? "2019"
                    : Integer.toString(
                            Instant.now().atZone(java.time.ZoneOffset.UTC).getYear());
            int day = 1;
            for (String state : List.of("New", "Resolved", "Closed")) {
                csv.append("OLD%d,%s,%s-01-0%dT08:00:00,Caller %s,%s,zyx%s paper jam %d\n"
                        .formatted(n, state, year, day++, suffix, queue, suffix, n));
            }
        }
        JsonNode job = new Importing(app, Role.OPERATOR).run(csv.toString(), MAPPING.replace("SUFFIX", suffix));
        assertThat(job.path("tickets").asInt()).as(job.toString()).isEqualTo(6);
        List<JsonNode> tickets = new ArrayList<>(tickets(queue));
        assertThat(tickets)
                .hasSize(6)
                .allMatch(ticket -> ticket.path("subject").asString().contains("zyx" + suffix));

        String rules = "{\"rules\":[{\"key\":\"old\",\"after\":\"P2Y\",\"queue\":\"" + queue + "\"}]}";
        assertThat(admin.put(RULES, "{\"rules\":[{\"key\":\"old\",\"after\":\"soon\"}]}")
                        .status())
                .isEqualTo(400);
        assertThat(admin.put(RULES, rules).status()).isIn(200, 201);
        assertThat(admin.get(RULES).body().at("/rules/0/after").asString()).isEqualTo("P2Y");
        JsonNode dry = admin.post(RULES + "/run", "{\"dryRun\":true}").body();
        assertThat(dry.path("due")).as(dry.toString()).hasSize(4);
        assertThat(tickets(queue)).isEqualTo(tickets);

        String held = dry.at("/due/0/ticketId").asString();
        String hold = "/api/v1/tickets/" + held + "/legal-hold";
        assertThat(admin.put(hold, "{\"reason\":\"Case 9\"}").status()).isEqualTo(200);
        assertThat(admin.post(RULES + "/run", "{\"dryRun\":true}")
                        .body()
                        .at("/due/0/waitsFor/0/reason")
                        .asString())
                .isEqualTo("Case 9");
        Answer run = admin.post(RULES + "/run", "{\"dryRun\":false}", "Idempotency-Key", suffix);
        assertThat(run.status()).as(run.raw().body()).isEqualTo(202);
        eventually(() -> !admin.get(RULES).body().at("/lastRun/finishedAt").isNull());
        Answer again = admin.post(RULES + "/run", "{\"dryRun\":false}", "Idempotency-Key", suffix);
        assertThat(again.status()).as(again.raw().body()).isEqualTo(202);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.id()).as("over, and still the same pass").isEqualTo(run.id());
        assertThat(again.body().path("erased").asInt()).isEqualTo(3);
        JsonNode last = admin.get(RULES).body().path("lastRun");
        assertThat(last.path("erased").asInt()).as(last.toString()).isEqualTo(3);
        assertThat(last.path("held").asInt()).isEqualTo(1);
        assertThat(subjects(queue)).containsOnlyOnce("[erased]".repeat(3)).contains("zyx" + suffix);
        assertThat(agent.get("/api/v1/tickets/" + held).body().path("subject").asString())
                .contains("zyx" + suffix);
        assertThat(tickets(queue).stream().map(ticket -> ticket.path("closedAt").asString()))
                .as("statistics stay")
                .containsExactlyElementsOf(tickets.stream()
                        .map(ticket -> ticket.path("closedAt").asString())
                        .toList());

        assertThat(admin.call("DELETE", hold, "{\"reason\":\"Case 9 is closed\"}")
                        .status())
                .isEqualTo(200);
        eventually(() -> agent.get("/api/v1/tickets/" + held)
                .body()
                .path("subject")
                .asString()
                .equals("[erased]"));
        assertThat(admin.post(RULES + "/run", "{\"dryRun\":true}").body().path("due"))
                .isEmpty();
        assertThat(admin.put(RULES, "{\"rules\":[]}").status()).isEqualTo(200);
    }

    private List<JsonNode> tickets(String queue) {
        return agent.get("/api/v1/tickets?sort=number&queue=" + queue)
                .body()
                .path("items")
                .valueStream()
                .toList();
    }

    /** One after the other, the erased ones first. */
    private String subjects(String queue) {
        return String.join(
                "",
                tickets(queue).stream()
                        .map(ticket -> ticket.path("subject").asString())
                        .sorted()
                        .toList());
    }

    private static void eventually(java.util.function.BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(90));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("in time").isBefore(deadline);
            LockSupport.parkNanos(100_000_000);
        }
    }
}
