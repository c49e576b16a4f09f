package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What tickets were at a point is made beside what answers, and asked by its name. */
class RecoveriesTest {

    private static final String PATH = "/ops/v1/recoveries";
    private static final List<String> READS = List.of("", "/conversation", "/timeline", "/links");

    private final RunningApplication app = RunningApplication.shared();
    private final Desks desks = new Desks(app);
    private final Person operator = app.as(Role.OPERATOR, "olga@example.org");
    private final Person agent = desks.of("agentWorks");
    private final Person auditor = desks.of("auditor");
    private final String name = "r-" + desks.suffix;

    @BeforeEach
    @AfterEach
    void drop() {
        operator.get(PATH).body().path("items").forEach(one -> {
            String path = PATH + "/" + one.path("name").asString();
            operator.delete(path);
            Journey.eventually(Duration.ofSeconds(30), () -> operator.get(path).status() == 404);
        });
    }

    private JsonNode made(Answer begun) {
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        String path = PATH + "/" + begun.body().path("name").asString();
        assertThat(begun.header("Location")).isEqualTo(path);
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> operator.get(path).body().path("state").asString().equals("READY"));
        return operator.get(path).body();
    }

    private JsonNode recovered(long position) {
        return made(operator.post(
                PATH, "{\"position\":" + position + ",\"name\":\"" + name + "\",\"reason\":\"as a drill\"}"));
    }

    private static JsonNode told(Answer answer) {
        JsonNode told = Desks.ok(answer).body();
        if (told instanceof ObjectNode page && page.has("items")) {
            page.remove(List.of("position", "nextCursor"));
        }
        return told;
    }

    @Test
    void everyAnswerOfThenIsGivenByItsName() {
        Person owner = desks.of("own");
        var tickets = new ArrayList<Desks.Opened>();
        for (int n = 0; n < 6; n++) {
            tickets.add(desks.ticket("recovered " + n));
        }
        String first = "/api/v1/tickets/" + tickets.getFirst().id();
        Desks.ok(agent.put(first + "/assignment", "{\"assignee\":\"me\"}", "If-Match", "*"));
        Desks.ok(agent.post(first + "/notes", "{\"body\":\"He is right.\"}"));
        Desks.ok(owner.post(first + "/replies", "{\"body\":\"Here it is\"}"));
        Desks.ok(agent.put(first + "/tags/vip", null));
        Answer linked = Desks.ok(agent.post(
                first + "/links",
                "{\"type\":\"RELATES_TO\",\"otherId\":\"" + tickets.get(1).id() + "\"}"));
        long then = app.after(linked);
        var lists = Stream.of(
                        "&sort=number", "&sort=-updatedAt&status=NEW", "&tag=vip", "&text=recovered&sort=priority")
                .map(filter -> "/api/v1/tickets?queue=" + desks.queue + filter)
                .toList();
        var before = Stream.concat(
                        READS.stream().map(of -> first + of + "?x"),
                        Stream.concat(lists.stream(), Stream.of("/api/v1/queues/" + desks.queue + "/summary?x")))
                .map(path -> path.replace("?x", "?"))
                .collect(Collectors.toMap(path -> path, path -> told(auditor.get(path + "&minPosition=" + then))));

        // A mass mistake, and names that change.
        for (Desks.Opened ticket : tickets) {
            Desks.ok(agent.put(
                    "/api/v1/tickets/" + ticket.id() + "/status", "{\"status\":\"CANCELLED\"}", "If-Match", "*"));
        }
        Desks.ok(agent.put(first + "/tags/gone", null));
        Desks.ok(desks.admin.put("/api/v1/people/" + desks.id("agentWorks"), "{\"name\":\"Ada the second\"}"));
        Desks.ok(
                desks.admin.put("/api/v1/queues/" + desks.queue, "{\"name\":\"HR of old\",\"access\":\"RESTRICTED\"}"));
        Answer late = Desks.ok(owner.post("/api/v1/tickets", "{\"subject\":\"recovered too late\"}"));

        JsonNode made = recovered(then);
        assertThat(made.path("position").asLong()).isEqualTo(then);
        assertThat(made.path("rows").asLong()).isPositive();
        assertThat(made.path("bytes").asLong()).isPositive();
        assertThat(made.at("/job/kind").asString()).isEqualTo("RECOVERY");
        assertThat(Instant.parse(made.path("keptUntil").asString()))
                .isAfter(Instant.now().plus(Duration.ofDays(6)));
        before.forEach((path, told) -> {
            Answer answer = Desks.ok(auditor.get(path + "&generation=" + name));
            assertThat(answer.header("Hindsight-Generation")).isEqualTo(name);
            assertThat(answer.header("Hindsight-Position")).isEqualTo(Long.toString(then));
            assertThat(answer.etag()).as("nobody shall write by it").isEmpty();
            JsonNode again = told(answer);
            if (path.contains("/summary")) {
                assertThat(again.path("byStatus")).isEqualTo(told.path("byStatus"));
                assertThat(again).isEqualTo(told(auditor.get(path + "&atPosition=" + then)));
            } else {
                assertThat(again).as(path).isEqualTo(told);
            }
        });
        assertThat(told(auditor.get(first + "?minPosition=" + app.after(late)))
                        .path("status")
                        .asString())
                .as("what answers has moved on")
                .isEqualTo("CANCELLED");
        assertThat(auditor.get("/api/v1/tickets/" + late.id() + "?generation=" + name)
                        .status())
                .isEqualTo(404);
        assertThat(auditor.get("/api/v1/people/" + desks.id("agentWorks") + "?generation=" + name)
                        .body()
                        .path("name")
                        .asString())
                .isNotEqualTo("Ada the second");
        for (String names : List.of("queues", "organizations", "agents", "teams", "categories", "fields")) {
            assertThat(Desks.ok(auditor.get("/api/v1/" + names + "?generation=" + name))
                            .header("Hindsight-Generation"))
                    .isEqualTo(name);
        }
        assertThat(auditor.get("/api/v1/queues?generation=" + name).raw().body())
                .contains(desks.queue)
                .doesNotContain("HR of old");
    }

    @Test
    void whatCanNotBeAskedIsRefusedByName() {
        Desks.Opened ticket = desks.ticket("refused");
        long then = desks.ticket("another").position();
        recovered(then);
        String list = "/api/v1/tickets?limit=1&sort=number&queue=" + desks.queue;
        for (String both : List.of("asOf=2020-01-01", "asKnownAt=2020-01-01", "atPosition=1")) {
            Answer refused = auditor.get(list + "&generation=" + name + "&" + both);
            assertThat(refused.status()).as(both).isEqualTo(400);
            assertThat(refused.code()).as(both).isEqualTo("TWO_MOMENTS");
        }
        assertThat(auditor.get("/api/v1/tickets/" + ticket.id() + "?version=1&generation=" + name)
                        .code())
                .isEqualTo("TWO_MOMENTS");
        for (String path : List.of(
                list,
                "/api/v1/tickets/" + ticket.id() + "?",
                "/api/v1/queues/summaries?",
                "/api/v1/queues?",
                "/api/v1/people/" + desks.id("agentWorks") + "?")) {
            Answer unknown = auditor.get(path + "&generation=not-" + name);
            assertThat(unknown.status()).as(path).isEqualTo(404);
            assertThat(unknown.code()).as(path).isEqualTo("UNKNOWN_GENERATION");
            assertThat(auditor.get(path + "&generation=No%20Name").status()).isEqualTo(400);
            assertThat(auditor.get(path + "&generation=" + name + "&minPosition=" + then)
                            .status())
                    .isEqualTo(200);
            assertThat(auditor.get(path + "&generation=" + name + "&minPosition=" + (then + 1))
                            .status())
                    .isEqualTo(400);
        }
        for (String path : List.of(
                "/api/v1/search?q=refused",
                "/api/v1/feed?after=0",
                "/api/v1/tickets/" + ticket.id() + "/changes?",
                "/api/v1/tickets/" + ticket.id() + "/attachments?",
                "/api/v1/reports/opened?from=2020-01-01",
                "/api/v1/queues/" + desks.queue + "/changes?from=2020-01-01")) {
            Answer refused = auditor.get(path + "&generation=" + name);
            assertThat(refused.status()).as(path).isEqualTo(400);
            assertThat(refused.code()).as(path).isEqualTo("NOT_BY_GENERATION");
        }

        String there = Desks.ok(auditor.get(list + "&generation=" + name))
                .body()
                .path("nextCursor")
                .asString();
        String now = Desks.ok(auditor.get(list)).body().path("nextCursor").asString();
        assertThat(Desks.ok(auditor.get(list + "&generation=" + name + "&cursor=" + there))
                        .body()
                        .at("/items/0/number")
                        .asString())
                .isNotEqualTo(ticket.number());
        assertThat(auditor.get(list + "&cursor=" + there).code()).isEqualTo("INVALID_CURSOR");
        assertThat(auditor.get(list + "&generation=" + name + "&cursor=" + now).code())
                .isEqualTo("INVALID_CURSOR");
    }

    @Test
    void rightsOfTodayReachToThenAndToNow() {
        Desks.Opened moved = desks.ticket("moved out");
        String notes = "/api/v1/tickets/" + moved.id();
        Desks.ok(agent.post(notes + "/notes", "{\"body\":\"xylograph " + desks.suffix + "\"}"));
        Answer open = Desks.ok(desks.of("own").post("/api/v1/tickets", "{\"subject\":\"moved in\"}"));
        Desks.Opened stays = desks.ticket("stays");
        recovered(stays.position());
        // One leaves the closed queue, the other is put into it.
        Desks.ok(agent.put(notes + "/assignment", "{\"queue\":null}", "If-Match", "*"));
        Answer last = Desks.ok(agent.put(
                "/api/v1/tickets/" + open.id() + "/assignment",
                "{\"queue\":\"" + desks.queue + "\"}",
                "If-Match",
                "*"));
        String by = "generation=" + name;
        Desks.ok(desks.of("agentClosed").get(notes + "?minPosition=" + app.after(last)));
        for (String closed : List.of("agentClosed", "superClosed", "other")) {
            for (String of : READS) {
                for (String id : List.of(moved.id(), open.id(), stays.id())) {
                    assertThat(desks.of(closed)
                                    .get("/api/v1/tickets/" + id + of + "?" + by)
                                    .status())
                            .as(closed + " " + of)
                            .isEqualTo(404);
                }
            }
            String list = Desks.ok(desks.of(closed).get("/api/v1/tickets?limit=200&" + by))
                    .raw()
                    .body();
            assertThat(list).doesNotContain(moved.id(), open.id(), stays.id());
        }
        assertThat(Desks.ok(desks.of("agentClosed").get("/api/v1/queues/none/summary?" + by))
                        .body()
                        .path("total")
                        .asInt())
                .isLessThan(Desks.ok(auditor.get("/api/v1/queues/none/summary?" + by))
                        .body()
                        .path("total")
                        .asInt());
        for (String sees : List.of("agentWorks", "agentReads", "auditor", "own", "same")) {
            for (String id : List.of(moved.id(), open.id(), stays.id())) {
                assertThat(desks.of(sees)
                                .get("/api/v1/tickets/" + id + "?" + by)
                                .status())
                        .as(sees)
                        .isEqualTo(200);
            }
        }
        assertThat(desks.of("operator").get(notes + "?" + by).status()).isEqualTo(403);
        assertThat(desks.of("clientReads")
                        .get("/api/v1/tickets/" + stays.id() + "?" + by)
                        .status())
                .isEqualTo(200);
        for (String of : READS) {
            assertThat(Desks.ok(desks.of("own").get(notes + of + "?" + by))
                            .raw()
                            .body())
                    .doesNotContain("xylograph")
                    .doesNotContain("InternalNoteAdded");
        }
        assertThat(Desks.ok(agent.get(notes + "/conversation?" + by)).raw().body())
                .contains("xylograph " + desks.suffix);
        // A grant that is taken back now counts now.
        desks.revoke(desks.id("agentReads"));
        assertThat(desks.of("agentReads")
                        .get("/api/v1/tickets/" + stays.id() + "?" + by)
                        .status())
                .isEqualTo(404);
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> auditor.get("/api/v1/audit/access?ticket=" + stays.id())
                        .raw()
                        .body()
                        .contains(desks.id("agentWorks")));
    }

    @Test
    void ordersAreRepeatedListedRefusedAndDropped() throws Exception {
        Desks.Opened ticket = desks.ticket("ordered");
        List<String> tables = tables();
        String key = UUID.randomUUID().toString();
        String order = "{\"to\":\"" + Instant.now() + "\",\"name\":\"" + name + "\"}";
        Answer begun = operator.post(PATH, order, "Idempotency-Key", key);
        JsonNode made = made(begun);
        assertThat(made.path("to").isNull()).isFalse();
        assertThat(made.path("position").asLong()).isGreaterThanOrEqualTo(ticket.position());
        assertThat(operator.post(PATH, order, "Idempotency-Key", key).id())
                .isEqualTo(made.path("id").asString());
        Answer mismatch = operator.post(PATH, "{\"position\":1}", "Idempotency-Key", key);
        assertThat(mismatch.status()).isEqualTo(422);
        assertThat(operator.post(PATH, "{\"position\":1,\"name\":\"" + name + "\"}")
                        .code())
                .isEqualTo("RECOVERY_NAME_TAKEN");
        for (String wrong : List.of(
                "{}",
                "{\"to\":\"2999-01-01\"}",
                "{\"to\":\"1999-01-01\"}",
                "{\"position\":0}",
                "{\"position\":999999999999}",
                "{\"position\":1,\"name\":\"No Name\"}",
                "{\"position\":1,\"until\":2}")) {
            Answer refused = operator.post(PATH, wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
        }
        assertThat(operator.get(PATH).body().path("items").size()).isEqualTo(1);
        int generation = Integer.parseInt(operator.get("/ops/v1/projections")
                .body()
                .path("items")
                .valueStream()
                .filter(model -> model.path("name").asString().equals("tickets"))
                .map(model -> model.path("generation").asString())
                .collect(Collectors.joining()));
        assertThat(made.at("/job/generation").asInt()).isNotEqualTo(generation);
        assertThat(operator.delete("/ops/v1/projections/tickets/generations/"
                                + made.at("/job/generation").asInt())
                        .code())
                .isEqualTo("GENERATION_IN_USE");

        assertThat(tables()).hasSizeGreaterThan(tables.size());
        assertThat(operator.delete(PATH + "/" + name).status()).isEqualTo(204);
        assertThat(tables()).isEqualTo(tables);
        assertThat(operator.get(PATH + "/" + name).status()).isEqualTo(404);
        assertThat(operator.delete(PATH + "/" + name).status()).isEqualTo(404);
        assertThat(auditor.get("/api/v1/tickets?generation=" + name).code()).isEqualTo("UNKNOWN_GENERATION");
        Answer repeated = operator.post(PATH, order, "Idempotency-Key", key);
        assertThat(repeated.body().path("state").asString()).isEqualTo("DROPPED");

        List<JsonNode> events = auditor.get("/api/v1/audit/events?limit=200&after=" + ticket.position())
                .body()
                .path("items")
                .valueStream()
                .filter(event -> event.path("stream").asString().equals("operations"))
                .toList();
        assertThat(events.toString())
                .contains("recovery.created")
                .contains("recovery.dropped")
                .contains(name);
    }

    /** Of generations. */
    private List<String> tables() throws SQLException {
        var tables = new ArrayList<String>();
        try (Connection connection =
                        app.installation().postgres().dataSource("hindsight").getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT tablename FROM pg_tables WHERE schemaname = 'readmodel'"
                        + " AND tablename ~ '_g[0-9]+$' ORDER BY 1")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        assertThat(tables).hasSizeGreaterThan(ReadModel.TICKETS.tables().size());
        return tables;
    }
}
