package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Operators repair tickets and handle what is parked over HTTP, with the real log, its keys, its folds and search. */
class RepairsTest {

    private static final String REPAIRS = "/ops/v1/projections/tickets/repairs";

    private final RunningApplication app = RunningApplication.shared();
    private final Person operator = app.as(Role.OPERATOR, "olga@example.org");
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));

    private int generation() {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT max(generation) FROM readmodel.active_generation WHERE model = 'tickets'", Integer.class));
    }

    private static String word() {
        return "w" + UUID.randomUUID().toString().replace("-", "").substring(0, 10);
    }

    private Answer opened(String subject) {
        Answer opened = agent.post("/api/v1/tickets", "{\"subject\":\"" + subject + "\"}");
        assertThat(opened.status()).as(opened.raw().body()).isEqualTo(201);
        assertThat(read(opened).status()).isEqualTo(200);
        return opened;
    }

    private Answer read(Answer written) {
        return agent.get("/api/v1/tickets/" + written.id() + "?minPosition=" + written.position());
    }

    private void poison(String ticket, String set) {
        assertThat(jdbc.update(
                        "UPDATE readmodel.ticket_g" + generation() + " SET " + set + " WHERE id = ?::uuid", ticket))
                .isEqualTo(1);
    }

    private int found(String word) {
        return agent.get("/api/v1/search?q=" + word).body().path("items").size();
    }

    private List<String> operations(String ticket, String name) {
        return jdbc.queryForList(
                "SELECT convert_from(payload, 'UTF8') FROM log.event WHERE stream = 'operations' AND name = ?"
                        + " AND strpos(convert_from(payload, 'UTF8'), ?) > 0",
                String.class,
                name,
                ticket);
    }

    @Test
    void aTicketIsRepairedAtOnceAndSearchFindsWhatTheLogSays() {
        String right = word();
        String wrong = word();
        Answer opened = opened("printer " + right);
        poison(opened.id(), "subject = 'printer " + wrong + "'");
        Answer tagged = agent.put("/api/v1/tickets/" + opened.id() + "/tags/vip", null);
        assertThat(tagged.status()).as(tagged.raw().body()).isEqualTo(200);
        Journey.eventually(Duration.ofSeconds(20), () -> found(wrong) == 1);

        Answer dry = operator.post(REPAIRS, "{\"ticketId\":\"" + opened.id() + "\",\"dryRun\":true}");
        assertThat(dry.status()).as(dry.raw().body()).isEqualTo(200);
        JsonNode sample = dry.body().path("samples").path(0);
        assertThat(sample.path("table").asString()).isEqualTo("ticket");
        assertThat(sample.path("kind").asString()).isEqualTo("DIFFERENT");
        assertThat(sample.path("columns").toString()).isEqualTo("[\"subject\"]");
        assertThat(dry.raw().body()).doesNotContain(right).doesNotContain(wrong);
        assertThat(read(tagged).raw().body()).contains(wrong);

        String number = opened.body().path("number").asString();
        Answer repaired = operator.post(REPAIRS, "{\"ticketId\":\"" + number + "\",\"reason\":\"changed by hand\"}");
        assertThat(repaired.status()).as(repaired.raw().body()).isEqualTo(200);
        assertThat(repaired.body().path("differing").asInt()).isEqualTo(1);
        assertThat(read(tagged).raw().body()).contains(right).doesNotContain(wrong);
        Journey.eventually(Duration.ofSeconds(20), () -> found(right) == 1 && found(wrong) == 0);
        assertThat(operations(opened.id(), "projection.repaired"))
                .singleElement()
                .asString()
                .contains("changed by hand");

        jdbc.update("DELETE FROM readmodel.ticket_g" + generation() + " WHERE id = ?::uuid", opened.id());
        assertThat(read(tagged).status()).isEqualTo(404);
        Answer again = operator.post(REPAIRS, "{\"ticketId\":\"" + opened.id() + "\"}");
        assertThat(again.body().path("samples").path(0).path("kind").asString()).isEqualTo("MISSING");
        assertThat(read(tagged).status()).isEqualTo(200);
    }

    @Test
    void rowsOfATicketThatTheLogDoesNotKnowAreTakenAwayFromSearchToo() {
        Answer opened = opened("model " + word());
        String word = word();
        String surplus = UUID.randomUUID().toString();
        int g = generation();
        jdbc.update(
                "CREATE UNLOGGED TABLE readmodel.one_ticket AS SELECT * FROM readmodel.ticket_g" + g
                        + " WHERE id = ?::uuid",
                opened.id());
        jdbc.update("UPDATE readmodel.one_ticket SET id = ?::uuid, number = -1, subject = ?", surplus, word);
        jdbc.update("INSERT INTO readmodel.ticket_g" + g + " SELECT * FROM readmodel.one_ticket");
        jdbc.update("DROP TABLE readmodel.one_ticket");
        jdbc.update(
                "INSERT INTO readmodel.search_mark (generation, ticket_id) SELECT generation, ?::uuid"
                        + " FROM readmodel.generation WHERE model = 'ticket-search'",
                surplus);
        Journey.eventually(Duration.ofSeconds(20), () -> found(word) == 1);
        Answer repaired = operator.post(REPAIRS, "{\"ticketId\":\"" + surplus + "\"}");
        assertThat(repaired.body().path("samples").path(0).path("kind").asString())
                .isEqualTo("SURPLUS");
        Journey.eventually(Duration.ofSeconds(20), () -> found(word) == 0);
        assertThat(operator.post(REPAIRS, "{\"ticketId\":\"" + surplus + "\"}").status())
                .isEqualTo(404);
    }

    @Test
    void aQueueAndATimeAreRepairedByJobs() {
        Instant from = Instant.now().minusSeconds(1);
        String queue = "q" + word();
        assertThat(app.as(Role.ADMIN, "ada@example.org")
                        .put("/api/v1/queues/" + queue, "{\"name\":\"Repaired\"}")
                        .status())
                .isBetween(200, 201);
        Answer lost = agent.post("/api/v1/tickets", "{\"subject\":\"lost\",\"queue\":\"" + queue + "\"}");
        assertThat(read(lost).status()).as(lost.raw().body()).isEqualTo(200);
        poison(lost.id(), "queue = NULL");
        Answer begun = operator.post(REPAIRS, "{\"queue\":\"" + queue + "\"}");
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        JsonNode job = over(begun.id());
        assertThat(job.path("kind").asString()).isEqualTo("REPAIR");
        assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
        assertThat(job.path("repair").path("streams").asInt()).isEqualTo(1);
        assertThat(job.path("repair").path("differing").asInt()).isEqualTo(1);
        assertThat(read(lost).raw().body()).contains(queue);

        poison(lost.id(), "queue = NULL");
        Answer timed = operator.post(
                REPAIRS, "{\"from\":\"" + from + "\",\"to\":\"" + Instant.now().plusSeconds(60) + "\"}");
        assertThat(timed.status()).as(timed.raw().body()).isEqualTo(202);
        JsonNode all = over(timed.id());
        assertThat(all.path("repair").path("streams").asInt()).isPositive();
        assertThat(read(lost).raw().body()).contains(queue);
        assertThat(operations("queue " + queue, "projection.repaired")).hasSize(1);
    }

    private JsonNode over(String job) {
        var last = new AtomicReference<JsonNode>();
        Journey.eventually(Duration.ofSeconds(60), () -> {
            JsonNode now = operator.get("/ops/v1/jobs/" + job).body();
            last.set(now);
            return !now.path("endedAt").isNull();
        });
        return Objects.requireNonNull(last.get());
    }

    @Test
    void aTicketThatStoppedIsListedRetriedAndSkipped() {
        Answer opened = opened("stops");
        poison(opened.id(), "version = version - 1");
        String ticket = "/api/v1/tickets/" + opened.id();
        Answer noted = agent.post(ticket + "/notes", "{\"body\":\"behind a secret\"}");
        Answer tagged = agent.put(ticket + "/tags/vip", null);
        Journey.eventually(Duration.ofSeconds(20), () -> letter(opened.id()) != null);
        JsonNode letter = Objects.requireNonNull(letter(opened.id()));
        assertThat(letter.path("position").asLong()).isEqualTo(noted.position());
        Journey.eventually(
                Duration.ofSeconds(5),
                () -> Objects.requireNonNull(letter(opened.id()))
                                .path("waiting")
                                .asInt()
                        == 1);
        assertThat(letter.path("cause").asString())
                .startsWith("FoldFailure: version")
                .doesNotContain("secret");

        Answer retried =
                operator.post("/ops/v1/dead-letters/" + letter.path("id").asString() + "/retry", null);
        assertThat(retried.status()).as(retried.raw().body()).isEqualTo(200);
        assertThat(retried.body().path("parked").asInt()).isZero();
        assertThat(letter(opened.id())).isNull();
        assertThat(read(tagged).body().path("version").asInt()).isEqualTo(3);
        assertThat(operations(opened.id(), "dead-letter.retried")).hasSize(1);

        jdbc.update(
                "INSERT INTO readmodel.parked (model, generation, stream, ticket_id, first_position, cause)"
                        + " VALUES ('tickets', ?, 'ticket-' || ?, ?::uuid, ?, 'by a test')",
                generation(),
                opened.id(),
                opened.id(),
                tagged.position());
        String parked = "/ops/v1/dead-letters/"
                + Objects.requireNonNull(letter(opened.id())).path("id").asString();
        assertThat(operator.post(parked + "/skip", "{}").status()).isEqualTo(400);
        assertThat(operator.post(parked + "/skip", "{\"reason\":\" \"}").status())
                .isEqualTo(400);
        Answer skipped = operator.post(parked + "/skip", "{\"reason\":\"nobody needs it\"}");
        assertThat(skipped.status()).as(skipped.raw().body()).isEqualTo(200);
        assertThat(read(tagged).raw().body()).doesNotContain("\"vip\"");
        assertThat(operations(opened.id(), "dead-letter.skipped"))
                .singleElement()
                .asString()
                .contains("nobody needs it");
        assertThat(operator.post(parked + "/skip", "{\"reason\":\"again\"}").status())
                .isEqualTo(404);
        assertThat(operator.post(REPAIRS, "{\"ticketId\":\"" + opened.id() + "\",\"dryRun\":true}")
                        .body()
                        .path("differing")
                        .asInt())
                .isZero();
    }

    private @Nullable JsonNode letter(String ticket) {
        return operator.get("/ops/v1/dead-letters?model=tickets&limit=200")
                .body()
                .path("items")
                .valueStream()
                .filter(one -> one.path("ticketId").asString("").equals(ticket))
                .findFirst()
                .orElse(null);
    }

    @Test
    void whatIsAskedForWronglyIsRefusedByName() {
        for (String body : List.of(
                "{}",
                "{\"ticketId\":\"x\"}",
                "{\"ticketId\":\"HD-1\",\"queue\":\"billing\"}",
                "{\"from\":\"2026-01-01\"}",
                "{\"from\":\"2026-01-02\",\"to\":\"2026-01-01\"}",
                "{\"stream\":\"person-1\"}",
                "{\"queue\":\"\"}")) {
            assertThat(operator.post(REPAIRS, body).status()).as(body).isEqualTo(400);
        }
        assertThat(operator.post("/ops/v1/projections/ticket-search/repairs", "{\"ticketId\":\"HD-1\"}")
                        .status())
                .isIn(404, 409);
        assertThat(operator.get("/ops/v1/dead-letters?cursor=x").code()).isEqualTo("INVALID_CURSOR");
        for (String body : List.of("{}", "{\"all\":false}", "{\"ids\":[]}", "{\"all\":true,\"cause\":\"x\"}")) {
            assertThat(operator.post("/ops/v1/dead-letters/retry", body).status())
                    .as(body)
                    .isEqualTo(400);
        }
        String person = agent.get("/api/v1/people/me").body().path("id").asString();
        Answer directory =
                operator.post("/ops/v1/projections/directory/repairs", "{\"stream\":\"person-" + person + "\"}");
        assertThat(directory.status()).as(directory.raw().body()).isEqualTo(200);
        assertThat(directory.body().path("differing").asInt()).isZero();
    }
}
