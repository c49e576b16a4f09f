package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A person is forgotten: everywhere at once for readers, and in every file once the receipt is written. */
class ErasureTest {

    private static final String TICKETS = "/api/v1/tickets/";
    private static final String WHY = "{\"reason\":\"Asked in writing\"}";

    private static final RunningApplication APP = started();

    private final Person agent = APP.as(Role.AGENT, "ana@example.org");
    private final Person admin = APP.as(Role.ADMIN, "adele@example.org");
    private final Person second = APP.as(Role.ADMIN, "bruno@example.org");
    private final Person auditor = APP.as(Role.AUDITOR, "audrey@example.org");

    private static RunningApplication started() {
        try {
            return RunningApplication.in(
                    Files.createTempDirectory("hindsight-erasure"),
                    Map.of("hindsight.erasure.approval", "required", "hindsight.reversion.approval", "required"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        APP.close();
        FileSystemUtils.deleteRecursively(APP.data().toFile());
    }

    /** Somebody with words of their own, which are found wherever something of theirs lies. */
    private final class Somebody {
        final String suffix = HexFormat.of().toHexDigits(new Random().nextInt());
        final String word = "zyx" + suffix + "qv";
        final String name = "Quentin Wjk" + suffix;
        final String email = "quentin.vvk" + suffix + "@example.org";
        final Person self = APP.as(Role.REQUESTER, email);
        final List<Answer> tickets = new ArrayList<>();
        String id = "";

        Somebody with(int count) {
            for (int n = 0; n < count; n++) {
                Answer opened = Desks.ok(agent.post(
                        "/api/v1/tickets",
                        "{\"subject\":\"" + word + "subject printer " + n + "\",\"description\":\"" + word
                                + "description " + (n == 0 ? random(6_000) : "paper jam") + "\",\"tags\":[\"t" + suffix
                                + "\"],\"requester\":{\"email\":\"" + email + "\",\"name\":\"" + name + "\"}}"));
                tickets.add(opened);
            }
            Desks.ok(agent.post(at(0) + "/notes", "{\"body\":\"" + word + "note\"}"));
            Answer last = Desks.ok(agent.post(at(0) + "/replies", "{\"body\":\"" + word + "reply\"}"));
            Desks.ok(self.post(at(0) + "/replies", "{\"body\":\"" + word + "answer\"}"));
            Desks.ok(agent.patch(at(0), "{\"subject\":\"" + word + "subject plotter 0\"}", "If-Match", "*"));
            Desks.ok(MultipartFiles.upload(
                    self,
                    at(0),
                    MultipartFiles.parts(MultipartFiles.part(word + "file.txt", "text/plain", word + "content"))));
            Answer resolved = Desks.ok(agent.put(
                    at(count - 1) + "/status",
                    "{\"status\":\"CANCELLED\",\"reason\":\"" + word + "cancelled\"}",
                    "If-Match",
                    "*"));
            assertThat(last.position()).isPositive();
            id = agent.get(at(0) + "?minPosition=" + resolved.position())
                    .body()
                    .at("/requester/id")
                    .asString();
            Journey.eventually(
                    Duration.ofSeconds(20),
                    () -> agent.get("/api/v1/search?q=" + word + "subject")
                                    .body()
                                    .path("total")
                                    .asInt()
                            == count);
            return this;
        }

        String at(int n) {
            return TICKETS + tickets.get(n).id();
        }

        /** What must not be found anywhere. */
        List<String> traces() {
            return List.of(word, "Wjk" + suffix, "vvk" + suffix);
        }
    }

    private static String random(int length) {
        var random = new Random(42);
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(Long.toString(random.nextLong(), 36)).append(' ');
        }
        return text.toString();
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
    void aPersonWithAHundredTicketsIsGoneFromEveryAnswerWithinTwoSeconds() {
        Somebody quentin = new Somebody().with(100);
        String byTag = "/api/v1/tickets?limit=200&tag=t" + quentin.suffix;
        List<String> questions = new ArrayList<>(List.of(
                byTag,
                "/api/v1/tickets?text=" + quentin.word,
                "/api/v1/search?q=" + quentin.word + "subject",
                "/api/v1/search?q=" + quentin.word + "note",
                "/api/v1/search/suggestions?q=" + quentin.word,
                "/api/v1/people/" + quentin.id,
                "/api/v1/people/" + quentin.id + "/history",
                "/api/v1/feed?after=" + (quentin.tickets.getFirst().position() - 1)));
        for (int n : new int[] {0, 1, 50, 98, 99}) {
            questions.addAll(List.of(
                    quentin.at(n),
                    quentin.at(n) + "/conversation",
                    quentin.at(n) + "/timeline",
                    quentin.at(n) + "/attachments",
                    quentin.at(n) + "/similar"));
        }
        for (String question : List.of(byTag, "/api/v1/people/" + quentin.id, quentin.at(0) + "/timeline")) {
            assertThat(tells(question, quentin)).as(question).isTrue();
        }

        Answer begun = forget(quentin);
        Instant from = Instant.now();
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> questions.parallelStream().noneMatch(question -> tells(question, quentin)));
        Duration took = Duration.between(from, Instant.now());
        System.out.printf("A person with 100 tickets was gone from every answer after %d ms%n", took.toMillis());
        assertThat(took).isLessThan(Duration.ofSeconds(2));

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

    private boolean tells(String question, Somebody somebody) {
        String answer = auditor.get(question).raw().body();
        return somebody.traces().stream().anyMatch(answer::contains);
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
        Somebody quentin = new Somebody().with(3);
        flush();
        var before = files(quentin);
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
        assertThat(receipt.at("/done/attachments").asString()).isEqualTo("1 contents deleted");
        assertThat(files(quentin)).isEmpty();
    }

    /** So that files hold what memory does. */
    private static void flush() throws SQLException {
        try (Connection connection =
                        APP.installation().postgres().dataSource("hindsight").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private static Set<String> files(Somebody somebody) {
        var found = new TreeSet<String>();
        List<byte[]> traces = somebody.traces().stream()
                .map(trace -> trace.getBytes(StandardCharsets.UTF_8))
                .toList();
        try (Stream<Path> all = Files.walk(APP.data())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                try {
                    byte[] content = Files.readAllBytes(file);
                    if (traces.stream().anyMatch(trace -> holds(content, trace))) {
                        found.add(APP.data().relativize(file).toString());
                    }
                } catch (NoSuchFileException gone) {
                    assertThat(file).doesNotExist();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static boolean holds(byte[] content, byte[] trace) {
        byte first = trace[0];
        for (int i = 0; i <= content.length - trace.length; i++) {
            if (content[i] == first && java.util.Arrays.equals(content, i, i + trace.length, trace, 0, trace.length)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aReversionToo() {
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
        assertThat(admin.get("/api/v1/approvals").raw().body()).contains(asked.id());
        assertThat(admin.post("/api/v1/approvals/" + asked.id(), "{\"approve\":true}")
                        .status())
                .isEqualTo(202);
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
        Somebody quentin = new Somebody().with(1);
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
        Somebody quentin = new Somebody().with(2);
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
        Somebody quentin = new Somebody().with(2);
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
