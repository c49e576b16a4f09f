package dev.hindsight.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.codec.keys.KeyRing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
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
        String now =
                Integer.toString(Instant.now().atZone(java.time.ZoneOffset.UTC).getYear());
        List<JsonNode> tickets = imported(queue, List.of("2019", "2019", "2019", "2019", now, now));

        String rules = rules(queue);
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

    @Test
    void aPassThatStoppedHalfWayForgetsWhatItHadErasedWhenItGoesOn() throws Exception {
        String queue = "half-" + suffix;
        List<JsonNode> tickets = imported(queue, List.of("2019", "2019", "2019"));
        JdbcTemplate jdbc = new JdbcTemplate(app.installation().postgres().dataSource("hindsight"));
        String ticket = tickets.getFirst().path("id").asString();
        byte[] content = new byte[32];
        new Random().nextBytes(content);
        jdbc.update("insert into command.attachment_content (content, ticket_id) values (?, ?::uuid)", content, ticket);
        jdbc.update(
                "insert into command.idempotency (scope, request, status, stream, version) values (?, ?, 201, ?, 1)",
                content,
                content,
                "ticket-" + ticket);
        String rows = "select (select count(*) from command.attachment_content where ticket_id = ?::uuid)"
                + " + (select count(*) from command.idempotency where stream = 'ticket-' || ?)"
                + " + (select count(*) from command.retention_ticket)";
        String file = "select pg_relation_filenode('command.idempotency')";
        Long before = jdbc.queryForObject(file, Long.class);
        String name = HexFormat.of().formatHex(content);
        Path stuck = app.data()
                .resolve("attachments")
                .resolve(name.substring(0, 2))
                .resolve(name.substring(2, 4))
                .resolve(name);
        Files.createDirectories(stuck.resolve("which no store deletes"));
        assertThat(admin.put(RULES, rules(queue)).status()).isIn(200, 201);

        assertThat(admin.post(RULES + "/run", "{\"dryRun\":false}").status()).isEqualTo(202);
        eventually(() -> lastRun().path("fault").asString("").equals("IllegalStateException"));
        assertThat(lastRun().path("finishedAt").isNull()).isTrue();
        assertThat(admin.post(RULES + "/run", "{\"dryRun\":true}").body().path("due"))
                .as("their keys have ended")
                .isEmpty();
        assertThat(jdbc.queryForObject(rows, Integer.class, ticket, ticket)).isEqualTo(2 + tickets.size());

        FileSystemUtils.deleteRecursively(stuck);
        eventually(() -> !lastRun().path("finishedAt").isNull());
        assertThat(lastRun().path("erased").asInt()).as(lastRun().toString()).isEqualTo(tickets.size());
        assertThat(lastRun().path("fault").isNull()).isTrue();
        assertThat(jdbc.queryForObject(rows, Integer.class, ticket, ticket)).isZero();
        assertThat(jdbc.queryForObject(file, Long.class)).as("rewritten").isNotEqualTo(before);
        assertThat(subjects(queue)).isEqualTo("[erased]".repeat(3));
        assertThat(admin.put(RULES, "{\"rules\":[]}").status()).isEqualTo(200);
    }

    @Test
    void aTicketThatCannotBeReadIsPassedOverUntilItCan() throws Exception {
        String queue = "spoilt-" + suffix;
        String spoilt = imported(queue, List.of("2019", "2019", "2019")).stream()
                .map(ticket -> ticket.path("id").asString())
                .min(Comparator.naturalOrder())
                .orElseThrow();
        turnKeyOver(spoilt);
        assertThat(admin.put(RULES, rules(queue)).status()).isIn(200, 201);

        JsonNode run = passed();
        assertThat(run.path("erased").asInt()).as(run.toString()).isEqualTo(2);
        assertThat(run.path("fault").asString()).startsWith("1 tickets passed over: ");
        assertThat(admin.post(RULES + "/run", "{\"dryRun\":true}").status()).isEqualTo(200);
        assertThat(subjects(queue)).contains("[erased]".repeat(2)).contains("zyx" + suffix);

        turnKeyOver(spoilt);
        JsonNode next = passed();
        assertThat(next.path("erased").asInt()).as(next.toString()).isEqualTo(1);
        assertThat(next.path("fault").isNull()).isTrue();
        assertThat(subjects(queue)).isEqualTo("[erased]".repeat(3));
        assertThat(admin.put(RULES, "{\"rules\":[]}").status()).isEqualTo(200);
    }

    @Test
    void whoIsToBeForgottenDoesNotWaitForTheEndOfAPass() throws Exception {
        awaitNoPass();
        String queue = "many-" + suffix;
        importInto(queue, Collections.nCopies(600, "2019"));
        Answer opened = agent.post(
                "/api/v1/tickets", "{\"subject\":\"jam\",\"requester\":{\"email\":\"" + suffix + "@example.org\"}}");
        String person = agent.get("/api/v1/tickets/" + opened.id() + "?minPosition=" + opened.position())
                .body()
                .at("/requester/id")
                .asString();
        assertThat(admin.put(RULES, rules(queue)).status()).isIn(200, 201);
        assertThat(admin.post(RULES + "/run", "{\"dryRun\":false}").status()).isEqualTo(202);
        JdbcTemplate jdbc = new JdbcTemplate(app.installation().postgres().dataSource("hindsight"));
        eventually(() -> Boolean.TRUE.equals(
                jdbc.queryForObject("select exists (select from command.retention_ticket)", Boolean.class)));

        assertThat(admin.post("/api/v1/people/" + person + "/erasure", "{\"reason\":\"Asked in writing\"}")
                        .status())
                .isEqualTo(202);

        eventually(() -> !lastRun().path("finishedAt").isNull());
        assertThat(lastRun().path("erased").asInt()).isEqualTo(600);
        assertThat(admin.get("/api/v1/people/" + person + "/erasure")
                        .body()
                        .path("state")
                        .asString())
                .isEqualTo("DONE");
        assertThat(admin.put(RULES, "{\"rules\":[]}").status()).isEqualTo(200);
    }

    /** Every bit of its first byte: nothing is opened by it; twice, and all is as before. */
    private void turnKeyOver(String ticket) {
        new JdbcTemplate(app.installation().postgres().dataSource("hindsight"))
                .update(
                        "update keys.data_key set wrapped_key = set_byte(wrapped_key, 0, 255 - get_byte(wrapped_key, 0))"
                                + " where owner = ?",
                        "ticket:" + ticket);
        app.context().getBean(KeyRing.class).forget("ticket:" + ticket);
    }

    /** One that was asked for now, when it is over. */
    private JsonNode passed() {
        String id = admin.post(RULES + "/run", "{\"dryRun\":false}").id();
        eventually(() -> !lastRun().path("finishedAt").isNull());
        assertThat(lastRun().path("id").asString()).isEqualTo(id);
        return lastRun();
    }

    private JsonNode lastRun() {
        return admin.get(RULES).body().path("lastRun");
    }

    private static String rules(String queue) {
        return "{\"rules\":[{\"key\":\"old\",\"after\":\"P2Y\",\"queue\":\"" + queue + "\"}]}";
    }

    private void awaitNoPass() {
        eventually(() -> lastRun().isNull() || !lastRun().path("finishedAt").isNull());
    }

    /** Tickets that were closed in these years, as they are listed; no pass is under way. */
    private List<JsonNode> imported(String queue, List<String> years) throws Exception {
        awaitNoPass();
        importInto(queue, years);
        List<JsonNode> tickets = tickets(queue);
        assertThat(tickets)
                .hasSize(years.size())
                .allMatch(ticket -> ticket.path("subject").asString().contains("zyx" + suffix));
        return tickets;
    }

    private void importInto(String queue, List<String> years) throws Exception {
        var csv = new StringBuilder("number,state,at,caller,queue,symptom\n");
        for (int n = 0; n < years.size(); n++) {
            int day = 1;
            for (String state : List.of("New", "Resolved", "Closed")) {
                csv.append("OLD%d,%s,%s-01-0%dT08:00:00,Caller %s,%s,zyx%s paper jam %d\n"
                        .formatted(n, state, years.get(n), day++, suffix, queue, suffix, n));
            }
        }
        JsonNode job = new Importing(app, Role.OPERATOR).run(csv.toString(), MAPPING.replace("SUFFIX", suffix));
        assertThat(job.path("tickets").asInt()).as(job.toString()).isEqualTo(years.size());
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
