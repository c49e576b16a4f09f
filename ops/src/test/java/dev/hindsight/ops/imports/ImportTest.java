package dev.hindsight.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.ReadModelOperator;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.acceptance.TableDigests;
import dev.hindsight.projections.readmodel.ReadModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Whole logs through the running application, against figures taken from their CSV by other code. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImportTest {

    private static final Path MAPPINGS = Path.of("mappings");

    private final RunningApplication app = RunningApplication.shared();
    private final Importing operator = new Importing(app, Role.OPERATOR);

    @Test
    void theSmallServiceNowLogAgreesWithItsFigures() throws Exception {
        String csv = own("servicenow.csv");
        Figures figures = Figures.ofServiceNow(csv);
        assertThat(figures.irregularLines()).isNotEmpty();
        agrees(csv, mapping("servicenow", "small-servicenow"), "small-servicenow", figures);
        agreesAtAnyMoment("small-servicenow", figures, moment -> Figures.ofServiceNow(csv, moment));
        assertThat(operator.field("small-servicenow", "location").keySet())
                .isEqualTo(figures.status().keySet());
        // every row of the file has the closing code, also of cases that have not ended
        assertThat(figures.status()).containsValue("PENDING");
        assertThat(operator.field("small-servicenow", "closed-code").keySet())
                .allMatch(closed -> Set.of("RESOLVED", "CLOSED")
                        .contains(Objects.requireNonNull(figures.status().get(closed))))
                .isNotEmpty();
    }

    @Test
    void ticketsAreFoundByTheirNumberInTheSource() throws Exception {
        String csv = own("servicenow.csv");
        operator.run(csv, mapping("servicenow", "found-servicenow"));
        Person agent = app.as(Role.AGENT, "ana@example.org");
        for (String number : Figures.ofServiceNow(csv).status().keySet()) {
            String ticket = operator.ticketOf("found-servicenow", number);
            assertThat(agent.get("/api/v1/tickets/" + ticket)
                            .body()
                            .path("customFields")
                            .path("source-number")
                            .asString())
                    .isEqualTo(number);
            Instant until = Instant.now().plusSeconds(20);
            while (!found(agent, number).contains(ticket)) {
                assertThat(Instant.now()).as("found by " + number).isBefore(until);
                Thread.sleep(100); // between two looks
            }
        }
    }

    private static List<String> found(Person agent, String number) {
        return agent.get("/api/v1/search?q=" + number)
                .body()
                .path("items")
                .valueStream()
                .map(hit -> hit.path("ticket").path("id").asString(""))
                .toList();
    }

    @Test
    void theSmallHelpdeskLogAgreesWithItsFigures() throws Exception {
        String csv = own("helpdesk.csv");
        Figures figures = Figures.ofHelpdesk(csv);
        assertThat(figures.irregularLines()).isNotEmpty();
        agrees(csv, mapping("helpdesk", "small-helpdesk"), "small-helpdesk", figures);
        agreesAtAnyMoment("small-helpdesk", figures, moment -> Figures.ofHelpdesk(csv, moment));
    }

    @Test
    void theServiceNowLogAgreesWithItsFigures() throws Exception {
        String csv = real("servicenow-incident-log.csv");
        Figures figures = Figures.ofServiceNow(csv);
        assertThat(figures.irregularLines()).isEmpty();
        assertThat(figures.reopenings()).isEqualTo(11);
        assertThat(figures.repeated()).isEqualTo(2_581);
        agrees(csv, mapping("servicenow", "servicenow"), "servicenow", figures);
        agreesAtAnyMoment("servicenow", figures, moment -> Figures.ofServiceNow(csv, moment));
    }

    @Test
    void theHelpdeskLogAgreesWithItsFigures() throws Exception {
        String csv = real("helpdesk-log.csv");
        Figures figures = Figures.ofHelpdesk(csv);
        assertThat(figures.irregularLines()).containsExactly(3790, 5612, 5881, 6640, 14597, 18750);
        assertThat(figures.reopenings()).isEqualTo(155);
        agrees(csv, mapping("helpdesk", "helpdesk"), "helpdesk", figures);
        agreesAtAnyMoment("helpdesk", figures, moment -> Figures.ofHelpdesk(csv, moment));
    }

    /** States, counts per state and worklists, as lists of the past answer them. */
    private void agreesAtAnyMoment(String source, Figures whole, Function<Instant, Figures> figures) {
        Person auditor = app.as(Role.AUDITOR, "audra@example.org");
        Map<String, String> cases = operator.cases(source);
        List<String> days = whole.entered().keySet().stream()
                .map(entered -> entered.substring(entered.indexOf(' ') + 1))
                .distinct()
                .toList();
        Random random = new Random(source.hashCode());
        for (int i = 0; i < 6; i++) {
            Instant moment = LocalDate.parse(days.get(random.nextInt(days.size())))
                    .atStartOfDay(ZoneOffset.UTC)
                    .plusSeconds(random.nextInt(86_400))
                    .toInstant();
            Figures then = figures.apply(moment);
            Map<String, String> status = new TreeMap<>();
            Map<String, String> assignees = new TreeMap<>();
            Map<String, String> ids = new TreeMap<>();
            listed(auditor, "asOf=" + moment, ticket -> {
                String of = cases.get(ticket.path("id").asString());
                if (of != null) {
                    status.put(of, ticket.path("status").asString());
                    if (!ticket.path("assignee").isNull()) {
                        String name = ticket.at("/assignee/name").asString();
                        assignees.put(of, name);
                        ids.put(name, ticket.at("/assignee/id").asString());
                    }
                }
            });
            assertThat(status).as("%s %s", source, moment).isEqualTo(then.status());
            assertThat(assignees).as("%s %s", source, moment).isEqualTo(then.assignee());
            for (String one : List.of("OPEN", "ON_HOLD", "CLOSED")) {
                assertThat(count(auditor, "asOf=" + moment + "&status=" + one, cases))
                        .as("%s %s %s", source, moment, one)
                        .isEqualTo(then.status().values().stream()
                                .filter(one::equals)
                                .count());
            }
            ids.entrySet().stream()
                    .limit(3)
                    .forEach(one -> assertThat(
                                    count(auditor, "asOf=" + moment + "&status=OPEN&assignee=" + one.getValue(), cases))
                            .as("%s %s %s", source, moment, one.getKey())
                            .isEqualTo(then.assignee().entrySet().stream()
                                    .filter(its -> its.getValue().equals(one.getKey())
                                            && "OPEN".equals(then.status().get(its.getKey())))
                                    .count()));
        }
    }

    private static long count(Person reader, String query, Map<String, String> cases) {
        AtomicLong count = new AtomicLong();
        listed(reader, query, ticket -> {
            if (cases.containsKey(ticket.path("id").asString())) {
                count.incrementAndGet();
            }
        });
        return count.get();
    }

    private static void listed(Person reader, String query, Consumer<JsonNode> each) {
        String cursor = "";
        do {
            Answer page = reader.get("/api/v1/tickets?limit=200&" + query + cursor);
            assertThat(page.status()).as(page.raw().body()).isEqualTo(200);
            page.body().path("items").forEach(each);
            String next = page.body().path("nextCursor").asString("");
            cursor = next.isEmpty() ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());
    }

    private void agrees(String csv, String mapping, String source, Figures figures) throws Exception {
        JsonNode job = operator.run(csv, mapping);
        System.out.printf(
                "%s: %d rows, %s rows/s, %d events, %d tickets%n",
                source,
                figures.rows(),
                job.path("rate").asString(),
                job.path("events").asLong(),
                job.path("tickets").asLong());
        assertThat(job.path("state").asString()).isEqualTo("DONE");
        assertThat(job.path("done").asInt()).isEqualTo(figures.rows());
        assertThat(job.path("rejected").asInt()).isZero();
        assertThat(job.path("tickets").asInt()).isEqualTo(figures.status().size());
        assertThat(lines(job)).containsExactlyElementsOf(figures.irregularLines());
        assertThat(job.path("irregular").asInt())
                .isEqualTo(figures.irregularLines().size());
        assertThat(operator.status(source)).isEqualTo(figures.status());
        assertThat(operator.assignee(source)).isEqualTo(figures.assignee());
        assertThat(operator.entered(source)).isEqualTo(figures.entered());

        long events = operator.ticketEvents();
        JsonNode again = operator.run(csv, mapping);
        assertThat(again.path("unchanged").asInt()).isEqualTo(figures.rows());
        assertThat(again.path("events").asInt()).isZero();
        assertThat(operator.ticketEvents()).isEqualTo(events);
    }

    @Test
    void whatPeopleWorkedOnSinceIsRefusedAndTheOthersGoOn() throws Exception {
        String mapping = mapping("helpdesk", "touched");
        String csv = """
                caseid,task,user,end_timestamp
                1,Take in charge ticket,Value 1,2024-01-01T10:00:00
                2,Take in charge ticket,Value 1,2024-01-01T11:00:00
                """;
        operator.run(csv, mapping);
        String note = "/api/v1/tickets/" + operator.ticketOf("touched", "1") + "/notes";
        assertThat(app.as(Role.AGENT, "ana@example.org")
                        .post(note, "{\"body\":\"Called them.\"}")
                        .status())
                .isEqualTo(201);

        JsonNode job = operator.run(
                csv + "1,Closed,Value 1,2024-01-02T10:00:00\n2,Resolve ticket,Value 1,2024-01-02T11:00:00\n", mapping);
        assertThat(job.path("state").asString()).isEqualTo("DONE");
        assertThat(job.path("problems").path(0).path("message").asString())
                .startsWith("TOUCHED_SINCE_IMPORT: case 1, ");
        assertThat(job.path("events").asInt()).isEqualTo(1);
        assertThat(operator.status("touched")).isEqualTo(Map.of("1", "OPEN", "2", "RESOLVED"));
    }

    @Test
    void brokenLinesAreNamedAndTheOthersComeIn() throws Exception {
        JsonNode job = operator.run("""
                \uFEFFcaseid,task,user,end_timestamp
                1,Take in charge ticket,Value 1,2024-01-01T10:00:00
                1,Wait,Value 1,yesterday
                1,"Wait,Value 1,2024-01-01T10:00:00
                2,Take in charge ticket,"Value ""9""
                on two lines",2024-01-01T11:00:00

                ,Closed,Value 1,2024-01-01T11:00:00
                1,Closed
                1,Resolve ticket,Value 1,2024-01-01T12:00:00
                """, mapping("helpdesk", "broken"));
        assertThat(lines(job)).containsExactly(3, 4, 8, 9);
        assertThat(job.path("rejected").asInt()).isEqualTo(4);
        assertThat(job.path("done").asInt()).isEqualTo(7);
        assertThat(operator.status("broken")).isEqualTo(Map.of("1", "RESOLVED", "2", "OPEN"));
        assertThat(operator.assignee("broken")).isEqualTo(Map.of("1", "Value 1", "2", "Value \"9\" on two lines"));
    }

    @Test
    void whatCanNotBeReadIsRefusedBeforeAnythingIsWritten() throws Exception {
        String good = mapping("helpdesk", "refused");
        for (Importing.Reply reply : List.of(
                operator.start("", good),
                operator.start("caseid,task,user,end_timestamp\n", good),
                operator.start("a,b\n1,2\n", good),
                operator.start("caseid,task,user,end_timestamp\n1,a,b,c\n", "source: [nonsense"),
                operator.start("caseid,task,user,end_timestamp\n1,a,b,c\n", "source: lonely"))) {
            assertThat(reply.status()).as(reply.body().toString()).isEqualTo(400);
            assertThat(reply.body().path("code").asString()).isEqualTo("INVALID_REQUEST");
        }
        assertThat(operator.status("refused")).isEmpty();
    }

    @Test
    void onlyOperatorsImport() throws Exception {
        assertThat(new Importing(app, Role.AGENT)
                        .start("x\n", mapping("helpdesk", "refused"))
                        .status())
                .isEqualTo(403);
    }

    /** Table by table and document by document, whatever the others here have imported beside them. */
    @Test
    @Order(Integer.MAX_VALUE) // importing takes longer than all the rest here
    void rebuiltFromTheLogBothRealLogsAreTheSame() throws Exception {
        for (String source : List.of("servicenow", "helpdesk")) {
            String csv = real(source.equals("servicenow") ? "servicenow-incident-log.csv" : "helpdesk-log.csv");
            if (operator.status(source).isEmpty()) {
                operator.run(csv, mapping(source, source));
            }
        }
        // who imported: somebody new would be one more person in the directory
        Person importer = app.as(Role.OPERATOR, "ops@example.org");
        ReadModelOperator models = new ReadModelOperator(importer, Duration.ofMinutes(5));
        models.awaitLevel();
        Map<String, String> before = digests(models);
        assertThat(before).hasSize(15);
        Answer begun = importer.post("/ops/v1/rebuilds", null);
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        Map<String, Integer> made = new TreeMap<>();
        for (JsonNode started : begun.body().path("items").values()) {
            JsonNode job = models.over(started.path("id").asString());
            assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
            made.put(job.path("model").asString(), job.path("generation").asInt());
        }
        assertThat(made)
                .hasSize(ReadModel.values().length)
                .allSatisfy(
                        (model, generation) -> assertThat(generation).as(model).isEqualTo(models.generation(model)));
        assertThat(digests(models)).isEqualTo(before);
    }

    /** Of all tables, and of all documents as they are read back for a verification. */
    private Map<String, String> digests(ReadModelOperator models) {
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        Map<String, String> digests = new TreeMap<>();
        for (ReadModel model : List.of(ReadModel.TICKETS, ReadModel.DIRECTORY, ReadModel.TICKET_PAST)) {
            digests.putAll(TableDigests.of(jdbc, model, models.generation(model.id())));
        }
        JsonNode search = models.verified(ReadModel.TICKET_SEARCH.id()).path("report");
        assertThat(search.path("differing").asLong()).as(search.toString()).isZero();
        JsonNode documents = search.path("tables").path(0);
        digests.put("documents", documents.path("liveRows") + " " + documents.path("liveDigest"));
        return digests;
    }

    private static List<Integer> lines(JsonNode job) {
        return job.path("problems")
                .valueStream()
                .map(problem -> problem.path("line").asInt())
                .toList();
    }

    private static String mapping(String name, String source) throws IOException {
        return Files.readString(MAPPINGS.resolve(name + ".yaml")).replaceFirst("(?m)^source: .*$", "source: " + source);
    }

    private static String own(String name) throws IOException {
        try (var in = Objects.requireNonNull(ImportTest.class.getResourceAsStream("/imports/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String real(String name) throws IOException {
        String folder = System.getenv("HINDSIGHT_TEST_DATA");
        Path file = (folder == null ? Path.of("..", "..", "shared", "data") : Path.of(folder)).resolve(name);
        Assumptions.assumeTrue(
                Files.isReadable(file), () -> "Skipped: set HINDSIGHT_TEST_DATA to the folder of " + name);
        return Files.readString(file);
    }
}
