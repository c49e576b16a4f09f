package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.cli.Said;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.net.http.HttpClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A person is forgotten: everywhere at once for readers, and in every file once the receipt is written. */
class ErasureTest {

    private static final String TICKETS = "/api/v1/tickets/";
    /** The lock of the session that leads, as the sequencer has it. */
    private static final long SEQUENCER_LOCK = 0x68696e6473696768L;

    private static final String WHY = "{\"reason\":\"Asked in writing\"}";

    private static final RunningApplication APP = RunningApplication.temporary(
            Map.of("hindsight.erasure.approval", "required", "hindsight.reversion.approval", "required"));

    private final Person agent = APP.as(Role.AGENT, "ana@example.org");
    private final Person admin = APP.as(Role.ADMIN, "adele@example.org");
    private final Person second = APP.as(Role.ADMIN, "bruno@example.org");
    private final Person auditor = APP.as(Role.AUDITOR, "audrey@example.org");

    @AfterAll
    static void stop() {
        APP.close();
    }

    private static Somebody somebody() {
        return new Somebody(APP::as);
    }

    private Answer forget(Somebody somebody) {
        Answer asked = admin.post("/api/v1/people/" + somebody.id + "/erasure", WHY);
        assertThat(asked.status()).as(asked.raw().body()).isEqualTo(202);
        assertThat(asked.body().path("state").asString()).isEqualTo("WAITING_FOR_APPROVAL");
        return second.post("/api/v1/approvals/" + asked.id(), "{\"approve\":true}");
    }

    private Answer receipt(Somebody somebody) {
        String path = "/api/v1/people/" + somebody.id + "/erasure";
        Journey.eventually(
                Duration.ofSeconds(150),
                () -> admin.get(path).body().path("state").asString().equals("DONE"));
        return admin.get(path);
    }

    @Test
    void aPersonWithAHundredTicketsIsGoneFromEveryAnswerOfEveryNode() throws Exception {
        try (ServerProcess node = ServerProcess.start(APP.data(), "384m", ServerProcess.on(APP.installation()))) {
            aPersonWithAHundredTicketsIsGone(new Person(HttpClient.newHttpClient(), node::url, auditor.token()));
        }
    }

    /** @param elsewhere the auditor at another node, which has all of it in its memory */
    private void aPersonWithAHundredTicketsIsGone(Person elsewhere) throws Exception {
        Somebody quentin = somebody().with(100);
        String byTag = "/api/v1/tickets?limit=200&tag=t" + quentin.suffix;
        List<String> questions = quentin.questions(0, 1, 50, 98, 99);
        List<String> telling = List.of(byTag, "/api/v1/people/" + quentin.id, quentin.at(0) + "/timeline");
        for (Person asks : List.of(auditor, elsewhere)) {
            assertThat(questions.stream().filter(question -> quentin.isToldBy(asks, question)))
                    .containsAll(telling);
        }

        Answer begun = forget(quentin);
        Instant from = Instant.now();
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        Duration took = Duration.between(from, lastTold(quentin, questions, List.of(auditor, elsewhere)));
        System.out.printf(
                "A person with 100 tickets was gone from every answer of two nodes after %d ms%n", took.toMillis());
        // Builds share their machine; on one that does nothing else it is held to -Dhindsight.drill.erased-ms=2000.
        assertThat(took).isLessThan(Duration.ofMillis(Long.getLong("hindsight.drill.erased-ms", 30_000)));

        JsonNode list = agent.get(byTag).body();
        assertThat(list.path("total").asInt()).isEqualTo(100);
        assertThat(list.at("/items/0/subject").asString()).isEqualTo("[erased]");
        assertThat(list.at("/items/0/requester/name").asString()).isEqualTo("[erased]");
        assertThat(agent.get(quentin.at(0) + "/conversation").body().path("items"))
                .hasSize(4)
                .allMatch(message -> message.path("body").asString().equals("[erased]"));
        assertThat(agent.get(quentin.at(99)).body().path("status").asString()).isEqualTo("CANCELLED");
        assertThat(codeOf(agent.post(quentin.at(1) + "/replies", "{\"body\":\"too late\"}")))
                .isEqualTo("CONTENT_ERASED");
        assertThat(agent.put(quentin.at(1) + "/tags/kept", null).status()).isEqualTo(200);
        JsonNode file = agent.get(quentin.at(0) + "/attachments").body().at("/items/0");
        assertThat(file.path("name").asString()).isEqualTo("[erased]");
        assertThat(agent.get(quentin.at(0) + "/attachments/" + file.path("id").asString())
                        .status())
                .isEqualTo(410);
        assertThat(codeOf(agent.post(
                        "/api/v1/tickets", "{\"subject\":\"again\",\"requesterId\":\"" + quentin.id + "\"}")))
                .isEqualTo("PERSON_ERASED");

        String back = quentin.self.get("/api/v1/people/me").id();
        assertThat(back).isNotEqualTo(quentin.id).isNotEmpty();
        assertThat(quentin.self.get("/api/v1/tickets").body().path("total").asInt())
                .isZero();
        receipt(quentin);
        verified("tickets");
        verified("directory");
        verified("ticket-search");
    }

    /**
     * The beginning of the first round in which no answer told of them any more. All questions are asked in each round, a
     * few at a time: whoever waited at one for its end would come to the others late, and count the delay as telling.
     */
    private static Instant lastTold(Somebody somebody, List<String> questions, List<Person> people) throws Exception {
        Instant deadline = Instant.now().plusSeconds(60);
        try (ExecutorService asking = Executors.newFixedThreadPool(8)) {
            while (true) {
                Instant round = Instant.now();
                List<Future<Boolean>> answers = people.stream()
                        .flatMap(asks -> questions.stream()
                                .map(question -> asking.submit(() -> somebody.isToldBy(asks, question))))
                        .toList();
                boolean told = false;
                for (Future<Boolean> answer : answers) {
                    told |= answer.get();
                }
                if (!told) {
                    return round;
                }
                assertThat(round).isBefore(deadline);
            }
        }
    }

    private static String codeOf(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(409);
        return answer.code();
    }

    /** What answers equals what the log makes of it. */
    private static void verified(String model) {
        Person operator = APP.as(Role.OPERATOR, "olga@example.org");
        String job = Desks.ok(operator.post("/ops/v1/projections/" + model + "/verifications", null))
                .id();
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> !operator.get("/ops/v1/jobs/" + job)
                        .body()
                        .path("endedAt")
                        .isNull());
        JsonNode done = operator.get("/ops/v1/jobs/" + job).body();
        assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("DONE");
        assertThat(done.at("/report/differing").asInt(-1)).as(done.toString()).isZero();
    }

    @Test
    void noFileOfTheInstallationHoldsAnythingOfThem() throws Exception {
        Somebody quentin = somebody().with(3);
        String recovery = recovered(quentin);
        flush();
        var before = quentin.filesIn(APP.data());
        System.out.println("Before: " + before);
        assertThat(before).anyMatch(file -> file.startsWith("postgres") && file.contains("base"));
        assertThat(before).anyMatch(file -> file.contains("pg_wal"));
        assertThat(before).anyMatch(file -> file.startsWith("opensearch"));

        forget(quentin);
        JsonNode receipt = receipt(quentin).body();

        System.out.println("Receipt: " + receipt);
        assertThat(receipt.path("done").propertyNames())
                .contains("keys", "tickets", "attachments", "tables", "write-ahead log", "search index");
        assertThat(receipt.path("notPossible").propertyNames()).containsExactly("backups");
        assertThat(receipt.at("/done/attachments").asString()).isEqualTo("1 files, none of their contents is left");
        assertThat(quentin.filesIn(APP.data())).isEmpty();
        for (String question :
                List.of(quentin.at(0), quentin.at(0) + "/conversation", "/api/v1/people/" + quentin.id)) {
            Answer then = Desks.ok(auditor.get(question + "?generation=" + recovery));
            assertThat(then.raw().body()).contains("[erased]");
            assertThat(quentin.traces()).noneMatch(then.raw().body()::contains);
        }
    }

    /** What was there before, beside what answers, where it tells of them. */
    private String recovered(Somebody quentin) {
        Person operator = APP.as(Role.OPERATOR, "olga@example.org");
        long position = auditor.get(quentin.at(0)).body().path("position").asLong();
        Answer begun = operator.post("/ops/v1/recoveries", "{\"position\":" + position + ",\"name\":\"before\"}");
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> operator.get("/ops/v1/recoveries/before")
                        .body()
                        .path("state")
                        .asString()
                        .equals("READY"));
        assertThat(quentin.isToldBy(auditor, quentin.at(0) + "?generation=before"))
                .isTrue();
        return "before";
    }

    /** So that files hold what memory does. */
    private static void flush() throws SQLException {
        try (Connection connection =
                        APP.installation().postgres().dataSource("hindsight").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    @Test
    void ticketsGoWithTheRequesterThatTheLogTellsWhateverTheirKeysHangOn() {
        Somebody quentin = somebody().with(2);
        Somebody rosa = somebody().with(2);
        Somebody sven = somebody().with(1);
        // As an older version left it: the key was wrapped anew at once, and the append that was to say so lost.
        KeyRing keys = APP.context().getBean(KeyRing.class);
        keys.changeRequester(uuid(quentin.tickets.get(1).id()), uuid(rosa.id));
        keys.changeRequester(uuid(rosa.tickets.get(1).id()), uuid(sven.id));

        forget(rosa);
        receipt(rosa);

        for (int n = 0; n < 2; n++) {
            assertThat(told(rosa, n)).as(rosa.at(n)).isFalse();
            assertThat(told(quentin, n)).as(quentin.at(n)).isTrue();
        }
        assertThat(told(sven, 0)).isTrue();

        forget(quentin);
        receipt(quentin);

        assertThat(told(quentin, 0) || told(quentin, 1)).isFalse();
        forget(sven);
        JsonNode receipt = receipt(sven).body();
        assertThat(told(sven, 0)).isFalse();
        assertThat(receipt.at("/done/tickets").asString()).isEqualTo("1 erased");
    }

    @Test
    void anErasureThatFailsKeepsNobodyElseWaiting() {
        Somebody quentin = somebody().with(1);
        Somebody rosa = somebody().with(1);
        List<Somebody> both = List.of(quentin, rosa);
        for (Somebody each : both) {
            Desks.ok(admin.put("/api/v1/people/" + each.id + "/legal-hold", "{\"reason\":\"Case 8\"}"));
            assertThat(forget(each).body().path("state").asString()).isEqualTo("WAITING");
        }
        // Whose the first one's ticket is only its events can tell, and nobody can read these.
        String key = "ticket:" + quentin.tickets.getFirst().id();
        Map<String, @Nullable Object> before = key(key);
        keyIs(key, key("system").get("key_id"), new byte[72]);

        for (Somebody each : both) {
            Desks.ok(admin.call(
                    "DELETE", "/api/v1/people/" + each.id + "/legal-hold", "{\"reason\":\"Case 8 is closed\"}"));
        }
        receipt(rosa);
        String waiting = "/api/v1/people/" + quentin.id + "/erasure";
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> admin.get(waiting).body().path("fault").isString());
        assertThat(admin.get(waiting).body().path("state").asString()).isEqualTo("WAITING");

        keyIs(key, before.get("wrapped_by"), before.get("wrapped_key"));
        assertThat(receipt(quentin).body().path("fault").isNull()).isTrue();
        assertThat(told(quentin, 0)).isFalse();
    }

    @Test
    void anErasureIsNotDoneBeforeItsEventsHaveTheirPlaces() throws Exception {
        Somebody quentin = somebody().with(1);
        Somebody rosa = somebody(); // she has no ticket: her own stream alone says it
        rosa.id = Desks.ok(rosa.self.get("/api/v1/people/me")).id();
        List<Somebody> both = List.of(quentin, rosa);
        String lock = "SELECT pg_advisory_lock(" + SEQUENCER_LOCK + ")";
        Future<HeldLock> next;
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            next = other.submit(() -> new HeldLock(APP.installation().postgres().dataSource("hindsight"), lock));
            HeldLock.awaitSomebodyWaiting(keys(), lock);
            keys().queryForList("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE granted AND locktype = 'advisory'"
                    + " AND objsubid = 1 AND (classid::bigint << 32 | objid::bigint) = " + SEQUENCER_LOCK);
        }
        try (HeldLock nobodyLeads = next.get()) {
            for (Somebody each : both) {
                String path = "/api/v1/people/" + each.id + "/erasure";
                forget(each);
                Journey.eventually(
                        Duration.ofSeconds(60),
                        () -> admin.get(path).body().path("fault").isString());
                assertThat(admin.get(path).body().path("state").asString()).isNotEqualTo("DONE");
            }
            assertThat(nobodyLeads.isValid()).isTrue();
        }
        for (Somebody each : both) {
            assertThat(receipt(each).body().path("fault").isNull()).isTrue();
        }
        assertThat(told(quentin, 0)).isFalse();
    }

    @Test
    void aGenerationThatNobodyFollowsIsNamedInTheReceipt() {
        Somebody quentin = somebody().with(1);
        Person operator = APP.as(Role.OPERATOR, "olga@example.org");
        ReadModelOperator models = new ReadModelOperator(operator, Duration.ofMinutes(2));
        Answer begun = operator.post("/ops/v1/projections/tickets/rebuilds", "{\"maxRate\":10,\"switch\":\"manual\"}");
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        String job = "/ops/v1/jobs/" + begun.id();
        int filled = models.await(
                        begun.id(), one -> one.path("phase").asString().equals("COPYING"))
                .path("generation")
                .asInt();
        assertThat(operator.post(job + "/pause", null).status()).isEqualTo(202);

        forget(quentin);

        assertThat(receipt(quentin).body().at("/notPossible/read models").asString())
                .startsWith("tickets generation " + filled + ": not level with the log");
        assertThat(operator.post(job + "/cancel", null).status()).isEqualTo(202);
        models.over(begun.id());
        Somebody rosa = somebody().with(1);
        forget(rosa);
        assertThat(receipt(rosa).body().path("notPossible").propertyNames()).containsExactly("backups");
    }

    private static Map<String, @Nullable Object> key(String owner) {
        return keys().queryForMap("select * from keys.data_key where owner = ?", owner);
    }

    /** In one statement: the job looks now and then, and sets right what hangs on another while it can be read. */
    private static void keyIs(String owner, @Nullable Object wrappedBy, @Nullable Object wrapped) {
        keys().update(
                        "update keys.data_key set wrapped_by = ?, wrapped_key = ? where owner = ?",
                        wrappedBy,
                        wrapped,
                        owner);
        APP.context().getBean(KeyRing.class).forget(owner);
    }

    private static JdbcTemplate keys() {
        return new JdbcTemplate(APP.installation().postgres().dataSource("hindsight"));
    }

    @Test
    void anErasureWaitsForAChangeOfRequesterThatIsUnderWay() throws Exception {
        Somebody quentin = somebody().with(1);
        Somebody rosa = somebody().with(1);
        UUID ticket = uuid(quentin.tickets.getFirst().id());
        KeyRing keys = APP.context().getBean(KeyRing.class);
        Answer asked = admin.post("/api/v1/people/" + quentin.id + "/erasure", WHY);
        var commands = new TransactionTemplate(APP.context().getBean(PlatformTransactionManager.class));
        Future<Answer> approved;
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            approved = commands.execute(underway -> {
                keys.changeRequester(ticket, uuid(rosa.id));
                var approval = other.submit(() -> second.post("/api/v1/approvals/" + asked.id(), "{\"approve\":true}"));
                assertThatThrownBy(() -> approval.get(700, TimeUnit.MILLISECONDS))
                        .isInstanceOf(TimeoutException.class);
                underway.setRollbackOnly(); // the append lost
                return approval;
            });
        }
        assertThat(approved.get().status()).isEqualTo(202);
        receipt(quentin);
        assertThat(told(quentin, 0)).isFalse();
        assertThat(told(rosa, 0)).isTrue();
    }

    private static UUID uuid(String id) {
        return UUID.fromString(id);
    }

    /** Whether a ticket's words are told: by rows, and by the log as a node opens it that remembers no key. */
    private boolean told(Somebody somebody, int n) {
        APP.context()
                .getBean(KeyRing.class)
                .forget("ticket:" + somebody.tickets.get(n).id());
        boolean byRows = somebody.isToldBy(agent, somebody.at(n));
        assertThat(somebody.isToldBy(agent, somebody.at(n) + "?version=1")).isEqualTo(byRows);
        return byRows;
    }

    @Test
    void aReversionToo() throws Exception {
        Answer opened = Desks.ok(agent.post("/api/v1/tickets", "{\"subject\":\"reverted by two\"}"));
        Desks.ok(agent.put(TICKETS + opened.id() + "/tags/wrong", null, "X-Correlation-Id", opened.id()));
        Person both = APP.withToken(DevelopmentIssuer.of(APP.data())
                .issue(
                        EnumSet.of(Role.OPERATOR, Role.ADMIN),
                        "both@example.org",
                        null,
                        Instant.now(),
                        Duration.ofHours(1)));
        String what = "{\"correlationId\":\"" + opened.id() + "\",\"reason\":\"by two\",\"dryRun\":false}";
        Answer asked = both.post("/ops/v1/reversions", what);
        assertThat(asked.body().path("state").asString()).isEqualTo("WAITING_FOR_APPROVAL");
        assertThat(codeOf(both.post("/api/v1/approvals/" + asked.id(), "{\"approve\":true}")))
                .isEqualTo("APPROVER_IS_ASKER");
        assertThat(Said.by(APP, admin, "erase").out()).contains(asked.id() + "  mass reversion, asked by ");
        Said approved = Said.by(APP, admin, "erase", "--approve", asked.id(), "--watch");
        assertThat(approved.exit()).as(approved.out()).isZero();
        assertThat(approved.out()).contains("reversion " + asked.id(), "hindsight jobs " + asked.id());
        ReadModelOperator jobs = new ReadModelOperator(both, Duration.ofSeconds(30));
        assertThat(jobs.over(asked.id()).at("/reversion/tickets/REVERTED").asInt())
                .isEqualTo(1);
        Answer declined = both.post("/ops/v1/reversions", what);
        Desks.ok(admin.post("/api/v1/approvals/" + declined.id(), "{\"approve\":false}"));
        assertThat(jobs.job(declined.id()).path("state").asString()).isEqualTo("CANCELLED");
        // what changes nothing waits for nobody
        assertThat(jobs.over(both.post("/ops/v1/reversions", "{\"correlationId\":\"" + opened.id() + "\"}"))
                        .path("state")
                        .asString())
                .isEqualTo("DONE");
    }

    @Test
    void aSecondPersonDecides() {
        Somebody quentin = somebody().with(1);
        Answer asked = admin.post("/api/v1/people/" + quentin.id + "/erasure", WHY);
        Answer again = second.post("/api/v1/people/" + quentin.id + "/erasure", WHY);
        assertThat(again.id()).isEqualTo(asked.id());
        assertThat(asked.body().at("/waitsFor/0/kind").asString()).isEqualTo("APPROVAL");
        assertThat(second.get("/api/v1/approvals").raw().body()).contains(asked.id());
        assertThat(codeOf(admin.post("/api/v1/approvals/" + asked.id(), "{\"approve\":true}")))
                .isEqualTo("APPROVER_IS_ASKER");

        Answer declined = second.post("/api/v1/approvals/" + asked.id(), "{\"approve\":false}");
        assertThat(declined.status()).isEqualTo(200);
        assertThat(admin.get("/api/v1/people/" + quentin.id + "/erasure").status())
                .isEqualTo(404);
        assertThat(second.get("/api/v1/approvals").raw().body()).doesNotContain(asked.id());
        assertThat(agent.get(quentin.at(0)).raw().body()).contains(quentin.word);
        assertThat(second.post("/api/v1/approvals/" + asked.id(), "{\"approve\":true}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void holdsAreWaitedForByNameAndErasuresDoneWhenTheyAreReleased() {
        Somebody quentin = somebody().with(2);
        String organization = UUID.randomUUID().toString();
        Desks.ok(admin.put("/api/v1/organizations/" + organization, "{\"name\":\"Acme\"}"));
        Desks.ok(admin.put("/api/v1/people/" + quentin.id, "{\"organization\":\"" + organization + "\"}"));
        List<String> held =
                List.of(quentin.at(1), "/api/v1/people/" + quentin.id, "/api/v1/organizations/" + organization);
        for (String each : held) {
            Desks.ok(admin.put(each + "/legal-hold", "{\"reason\":\"Case 7\"}"));
        }

        Answer approved = forget(quentin);

        assertThat(approved.status()).isEqualTo(202);
        assertThat(approved.body().path("state").asString()).isEqualTo("WAITING");
        assertThat(approved.body()
                        .path("waitsFor")
                        .valueStream()
                        .map(each -> each.path("kind").asString()))
                .containsExactlyInAnyOrder("TICKET", "PERSON", "ORGANIZATION");
        assertThat(approved.body().at("/waitsFor/0/reason").asString()).isEqualTo("Case 7");
        for (String each : held) {
            assertThat(agent.get(quentin.at(0)).raw().body()).contains(quentin.word);
            Desks.ok(admin.call("DELETE", each + "/legal-hold", "{\"reason\":\"Case 7 is closed\"}"));
        }
        receipt(quentin);
        assertThat(agent.get(quentin.at(0)).body().path("subject").asString()).isEqualTo("[erased]");
        assertThat(agent.get(quentin.at(1) + "/timeline")
                        .body()
                        .path("items")
                        .valueStream()
                        .map(entry -> entry.path("event").asString()))
                .contains("LegalHoldPlaced", "LegalHoldReleased", "TicketContentErased");
    }

    @Test
    void everythingThatIsKeptOfAPersonIsExportedAndNoNote() {
        Somebody quentin = somebody().with(2);
        String elsewhere = "elsewhere" + quentin.suffix;
        Answer other = Desks.ok(agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"of another\",\"requester\":{\"email\":\"" + UUID.randomUUID() + "@example.org\"}}"));
        Person asAgent = APP.as(Role.AGENT, quentin.email);
        Answer reply = Desks.ok(asAgent.post(TICKETS + other.id() + "/replies", "{\"body\":\"" + elsewhere + "\"}"));
        agent.get(TICKETS + other.id() + "?minPosition=" + reply.position());

        Answer export = admin.get("/api/v1/people/" + quentin.id + "/data-export");

        assertThat(export.status()).isEqualTo(200);
        List<JsonNode> lines = export.raw()
                .body()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(export.raw().body()).contains(quentin.name); // the token of a development installation renamed them
        assertThat(lines.getFirst().path("email").asString()).isEqualTo(quentin.email);
        assertThat(lines.getLast().path("complete").asBoolean()).isTrue();
        assertThat(lines.getLast().path("tickets").asInt()).isEqualTo(2);
        assertThat(export.raw().body())
                .contains(
                        quentin.word + "subject",
                        quentin.word + "description",
                        quentin.word + "reply",
                        quentin.word + "answer",
                        quentin.word + "file.txt",
                        elsewhere,
                        "person.registered")
                .doesNotContain(quentin.word + "note");
    }
}
