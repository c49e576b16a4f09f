package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Every call of {@code openapi.yaml} by every role, on what is one's own, one's organization's, granted and not granted:
 * the table {@code rights/cells.csv}, each cell tried over HTTP. A call without a row fails.
 */
class RightsTest {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final List<List<String>> TABLE = table();
    private static final Map<String, Operation> OPERATIONS = operations();

    private static final RunningApplication APP = RunningApplication.shared();
    private static Desks desks;

    /** @param path with its parameters in braces */
    private record Operation(String method, String path) {}

    /** What is sent: a body and a query, where the call takes them. */
    private record Sample(@Nullable String body, String query, List<String> headers) {

        Sample(@Nullable String body, String query, String... headers) {
            this(body, query, List.of(headers));
        }
    }

    private static final String A_FILE =
            MultipartFiles.parts(MultipartFiles.part("rights.txt", "text/plain", "rights"));

    private static final Set<String> FORGOTTEN = Set.of("erasePerson", "readErasure");

    private static final Sample NOTHING = new Sample(null, "");

    private static Sample body(String json) {
        return new Sample(json, "", "If-Match", "*");
    }

    private static Sample query(String query) {
        return new Sample(null, "?" + query);
    }

    /** What calls are made with that cannot be made without. */
    private static Map<String, Sample> samples(Desks.Opened ticket) {
        var samples = new TreeMap<String, Sample>();
        for (String read : List.of(
                "readTicket",
                "listLinks",
                "listAttachments",
                "readConversation",
                "readTimeline",
                "readChanges",
                "replayTicket",
                "listTicketEvents",
                "listTickets")) {
            samples.put(read, query("minPosition=" + ticket.position()));
        }
        samples.put("listSimilarTickets", query("minPosition=" + ticket.position()));
        samples.put(
                "bulk",
                body("{\"ids\":[\"" + ticket.id()
                        + "\"],\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"rights\"}}}"));
        for (String read : List.of(
                "readPerson",
                "readQueueHistory",
                "readTeamHistory",
                "readCategoryHistory",
                "readFieldHistory",
                "readOrganizationHistory",
                "readPersonHistory")) {
            samples.put(read, query("minPosition=" + ticket.position()));
        }
        samples.put("openTicket", body("{\"subject\":\"rights\"}"));
        samples.put("changeTicket", body("{\"subject\":\"rights and more\"}"));
        samples.put("assignTicket", body("{\"queue\":null}"));
        samples.put("unassignTicket", new Sample(null, "", "If-Match", "*"));
        samples.put("changeStatus", body("{\"status\":\"OPEN\"}"));
        samples.put("overridePriority", body("{\"priority\":\"P1\",\"reason\":\"now\"}"));
        samples.put("withdrawPriorityOverride", new Sample(null, "", "If-Match", "*"));
        samples.put("revertTicket", body("{\"toVersion\":1,\"reason\":\"rights\"}"));
        samples.put("startRecovery", body("{}"));
        samples.put("startReversion", body("{\"commandId\":\"no command has it\"}"));
        samples.put("replyToTicket", body("{\"body\":\"hello\"}"));
        samples.put("addNote", body("{\"body\":\"hello\"}"));
        samples.put("searchTickets", query("q=rights"));
        samples.put("suggestTickets", query("q=rig"));
        samples.put("putQueue", body("{\"name\":\"Scratch\"}"));
        samples.put("grantQueueAccess", body("{\"read\":true,\"work\":false}"));
        samples.put("putTeam", body("{\"name\":\"Scratch\"}"));
        samples.put("putCategory", body("{\"name\":\"Scratch\"}"));
        samples.put("putField", body("{\"name\":\"Scratch\",\"type\":\"TEXT\"}"));
        samples.put("putAgent", body("{}"));
        samples.put("putOrganization", body("{\"name\":\"Scratch\"}"));
        samples.put("putPerson", body("{}"));
        samples.put("startRebuilds", body("{\"models\":[\"nothing\"]}"));
        samples.put("repairProjection", body("{\"ticketId\":\"" + ticket.id() + "\"}"));
        samples.put("skipDeadLetter", body("{\"reason\":\"rights\"}"));
        samples.put("makeAuditExport", body("{\"tickets\":[\"" + ticket.id() + "\"],\"reason\":\"rights\"}"));
        samples.put("retryDeadLetters", body("{\"cause\":\"no cause says so\"}"));
        samples.put("changeJob", body("{\"gentle\":true}"));
        samples.put(
                "startImport",
                new Sample(
                        "--b\r\nContent-Disposition: form-data; name=\"none\"\r\n\r\nx\r\n--b--\r\n",
                        "",
                        "Content-Type",
                        "multipart/form-data; boundary=b"));
        samples.put("listQueueChanges", query("from=2020-01-01"));
        samples.put("readReport", query("from=2020-01-01&by=queue"));
        samples.put("proveInclusion", query("position=1"));
        samples.put("proveConsistency", query("from=1"));
        samples.put("attachTimestamp", new Sample("x", "", "Content-Type", "application/timestamp-reply"));
        samples.put("rotateLedgerKey", body("{\"reason\":\"rights\"}"));
        for (String why : List.of(
                "erasePerson",
                "holdPerson",
                "releasePerson",
                "holdOrganization",
                "releaseOrganization",
                "holdTicket",
                "releaseTicket")) {
            samples.put(why, body("{\"reason\":\"rights\"}"));
        }
        samples.put("putRetentionRules", body("{\"rules\":[{\"key\":\"old\",\"after\":\"P99Y\"}]}"));
        samples.put("runRetention", body("{\"dryRun\":true}"));
        samples.put("decideApproval", body("{\"approve\":true}"));
        samples.put("addAttachments", new Sample(A_FILE, "", "Content-Type", MultipartFiles.TYPE));
        return samples;
    }

    @BeforeAll
    static void start() {
        desks = new Desks(APP);
        Desks.ok(desks.admin.put("/api/v1/queues/scratch", "{\"name\":\"Scratch\"}"));
        Desks.ok(desks.admin.put("/api/v1/teams/scratch", "{\"name\":\"Scratch\"}"));
        Desks.ok(desks.admin.put("/api/v1/categories/scratch", "{\"name\":\"Scratch\"}"));
        Desks.ok(desks.admin.put("/api/v1/fields/scratch", "{\"name\":\"Scratch\",\"type\":\"TEXT\"}"));
        Desks.ok(desks.admin.put(
                "/api/v1/organizations/00000000-0000-7000-8000-00000000c0de", "{\"name\":\"Scratch\"}"));
    }

    @Test
    void everyCallHasARowAndEveryRowACall() {
        assertThat(new TreeSet<>(rows().map(List::getFirst).toList())).isEqualTo(new TreeSet<>(OPERATIONS.keySet()));
        assertThat(desks.people.keySet())
                .containsExactlyElementsOf(
                        TABLE.getFirst().subList(1, TABLE.getFirst().size()));
    }

    static Stream<List<String>> rows() {
        return TABLE.stream().skip(1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void eachCellAnswersAsItSays(List<String> row) {
        Operation operation = Objects.requireNonNull(OPERATIONS.get(row.getFirst()), row.getFirst());
        var said = new LinkedHashMap<String, String>();
        var answered = new LinkedHashMap<String, String>();
        Desks.Opened ticket = null;
        for (int i = 1; i < row.size(); i++) {
            String column = TABLE.getFirst().get(i);
            // A call that succeeded may have changed the ticket, and with it what the next one may do.
            if (ticket == null
                    || (row.get(i - 1).equals("ok") && !operation.method().equals("GET"))) {
                ticket = desks.ticket("rights");
            }
            Answer answer = call(row.getFirst(), operation, desks.of(column), ticket);
            boolean ok = answer.status() / 100 == 2;
            said.put(column, row.get(i));
            answered.put(column, ok ? "ok" : Integer.toString(answer.status()));
            if (!ok) {
                assertThat(answer.header("Content-Type")).contains("application/problem+json");
                assertThat(answer.raw().body()).doesNotContain(desks.queue);
            }
        }
        assertThat(answered).as(row.getFirst()).isEqualTo(said);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void nothingIsAnsweredWithoutAToken(List<String> row) {
        Operation operation = Objects.requireNonNull(OPERATIONS.get(row.getFirst()), row.getFirst());
        var nowhere = new Desks.Opened(UUID.randomUUID().toString(), "HD-1", 0);
        Answer answer = call(row.getFirst(), operation, APP.withToken(""), nowhere);
        assertThat(answer.status()).isEqualTo(row.getFirst().equals("readVersion") ? 200 : 401);
    }

    @Test
    void aHiddenTicketAndAMissingOneAnswerAlikeToEveryCall() {
        Desks.Opened hidden = desks.ticket("rights");
        var missing = new Desks.Opened(UUID.randomUUID().toString(), "HD-999999999", hidden.position());
        for (String column : List.of("other", "agentClosed", "superClosed")) {
            for (List<String> row : rows().toList()) {
                Operation operation = Objects.requireNonNull(OPERATIONS.get(row.getFirst()));
                if (!operation.path().contains("/tickets/{id}")) {
                    continue;
                }
                Answer one = call(row.getFirst(), operation, desks.of(column), hidden);
                Answer none = call(row.getFirst(), operation, desks.of(column), missing);
                assertThat(told(one)).as(column + " " + row.getFirst()).isEqualTo(told(none));
            }
        }
    }

    /** Everything but what differs between any two answers. */
    private static Map<String, Object> told(Answer answer) {
        var told = new TreeMap<String, Object>();
        answer.body().properties().forEach(member -> told.put(member.getKey(), member.getValue()));
        told.remove("requestId");
        told.remove("instance");
        told.put("status", answer.status());
        told.put("headers", new TreeSet<>(answer.raw().headers().map().keySet()));
        return told;
    }

    private static Answer call(String name, Operation operation, Person caller, Desks.Opened ticket) {
        Sample sample = samples(ticket).getOrDefault(name, NOTHING);
        String other = name.equals("linkTickets") || name.equals("unlinkTickets") ? otherTicket() : "";
        String path = operation.path();
        var values = Map.ofEntries(
                Map.entry("id", ticket.id()),
                Map.entry("tag", "rights"),
                Map.entry("type", "RELATES_TO"),
                Map.entry("otherId", other),
                Map.entry("queue", "scratch"),
                Map.entry("team", "scratch"),
                Map.entry("category", "scratch"),
                Map.entry("field", "scratch"),
                Map.entry("measure", "opened"),
                Map.entry("organization", "00000000-0000-7000-8000-00000000c0de"),
                Map.entry("importId", "00000000-0000-7000-8000-00000000c0de"),
                Map.entry("approvalId", "00000000-0000-7000-8000-00000000c0de"),
                Map.entry("jobId", "00000000-0000-7000-8000-00000000c0de"),
                Map.entry("exportId", "00000000-0000-7000-8000-00000000c0de"),
                Map.entry("letterId", "00000000-0000-7000-8000-00000000c0de"),
                Map.entry("name", "nothing"),
                Map.entry("size", "999999999999"),
                Map.entry("generation", "1"));
        for (var value : values.entrySet()) {
            path = path.replace("{" + value.getKey() + "}", value.getValue());
        }
        if (path.contains("{person}") || path.contains("{personOrTeam}")) {
            String person = FORGOTTEN.contains(name)
                    ? forgotten()
                    : desks.id(name.equals("readPerson") ? "own" : "agentClosed");
            path = path.replace("{person}", person).replace("{personOrTeam}", person);
        }
        if (path.contains("{attachmentId}")) {
            path = path.replace("{attachmentId}", attachment(ticket));
        }
        String body =
                name.equals("linkTickets") ? "{\"type\":\"RELATES_TO\",\"otherId\":\"" + other + "\"}" : sample.body();
        assertThat(path).doesNotContain("{");
        return caller.call(
                operation.method(),
                path + sample.query(),
                body,
                sample.headers().toArray(String[]::new));
    }

    /** One that the ticket's requester put there, and that can be read; any where there is no ticket. */
    private static String attachment(Desks.Opened ticket) {
        String path = "/api/v1/tickets/" + ticket.id();
        Answer uploaded = MultipartFiles.upload(desks.of("own"), path, A_FILE);
        if (uploaded.status() == 404) {
            return UUID.randomUUID().toString();
        }
        String id = MultipartFiles.firstId(uploaded);
        Desks.ok(desks.of("own").get(path + "/attachments?minPosition=" + uploaded.position()));
        return id;
    }

    /** Somebody whom nothing else needs, and whom somebody has asked to forget. */
    private static String forgotten() {
        Answer opened = Desks.ok(desks.of("agentClosed")
                .post(
                        "/api/v1/tickets",
                        "{\"subject\":\"rights\",\"requester\":{\"email\":\"" + UUID.randomUUID()
                                + "@example.org\"}}"));
        String person = Desks.ok(desks.of("agentClosed")
                        .get("/api/v1/tickets/" + opened.id() + "?minPosition=" + opened.position()))
                .body()
                .at("/requester/id")
                .asString();
        Desks.ok(desks.admin.post("/api/v1/people/" + person + "/erasure", "{\"reason\":\"rights\"}"));
        return person;
    }

    /** One that every agent sees. */
    private static String otherTicket() {
        return Desks.ok(desks.of("agentClosed").post("/api/v1/tickets", "{\"subject\":\"another\"}"))
                .id();
    }

    private static Map<String, Operation> operations() {
        JsonNode contract = YAMLMapper.builder()
                .build()
                .readTree(read(Path.of(System.getProperty("hindsight.root"), "ops/docs/openapi.yaml")));
        var operations = new TreeMap<String, Operation>();
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        operations.put(
                                method.getValue().path("operationId").asString(),
                                new Operation(method.getKey().toUpperCase(Locale.ROOT), path.getKey()));
                    }
                }));
        return operations;
    }

    private static List<List<String>> table() {
        try (var file = Objects.requireNonNull(RightsTest.class.getResourceAsStream("/rights/cells.csv"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line ->
                            Arrays.stream(line.split(",")).map(String::strip).toList())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
