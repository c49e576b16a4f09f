package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RandomRequests.Known;
import dev.hindsight.ops.acceptance.RandomRequests.Request;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A client that knows the contract and keeps to it now and then. Whatever it sends, it gets an answer soon, a problem
 * where it was wrong, never a fault; and what it was told to have happened is in the log, which has no gaps, and in what
 * is read.
 */
class RandomClientTest {

    private static final int CLIENTS = 8;
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What 503 may say while everything works. */
    private static final Set<String> WAITING = Set.of("NOT_YET_PROJECTED");

    private static final Map<String, String> STATUS_AFTER = Map.of(
            "ticket.opened", "NEW",
            "ticket.work-started", "OPEN",
            "ticket.pended", "PENDING",
            "ticket.put-on-hold", "ON_HOLD",
            "ticket.resumed", "OPEN",
            "ticket.resolved", "RESOLVED",
            "ticket.reopened", "OPEN",
            "ticket.closed", "CLOSED",
            "ticket.cancelled", "CANCELLED");

    private final RunningApplication app = RunningApplication.shared();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonNode contract;
    private final Known known = new Known();
    private final ConcurrentLinkedQueue<String> wrongs = new ConcurrentLinkedQueue<>();
    private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();

    RandomClientTest() throws IOException {
        contract = YAMLMapper.builder()
                .build()
                .readTree(Files.readString(Path.of(System.getProperty("hindsight.root"), "ops/docs/openapi.yaml")));
    }

    @Test
    void fiveThousandRequestsDoNoHarm() throws Exception {
        attack(20261121, 5_000);
    }

    @Test
    @Tag("drill")
    void aHundredThousandRequestsDoNoHarm() throws Exception {
        attack(Long.getLong("hindsight.seed", 20261122), 100_000);
    }

    private void attack(long seed, int requests) throws Exception {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Person admin = app.as(Role.ADMIN, "ada@example.org");
        for (String key : List.of("hardware", "software")) {
            assertThat(admin.put("/api/v1/queues/" + key, "{\"name\":\"" + key + "\"}")
                            .status())
                    .isBetween(200, 201);
            assertThat(admin.put("/api/v1/categories/" + key, "{\"name\":\"" + key + "\"}")
                            .status())
                    .isBetween(200, 201);
        }
        for (int i = 0; i < 10; i++) {
            known.learn(agent.post("/api/v1/tickets", "{\"subject\":\"prey\"}").body(), null);
        }
        long before = head();
        List<Supplier<String>> tokens = tokens();
        Instant begun = Instant.now();
        try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                RandomRequests source = new RandomRequests(contract, known, seed + c, tokens);
                all.add(pool.submit(() -> {
                    for (int i = 0; i < requests / CLIENTS && wrongs.size() < 20; i++) {
                        send(source.next());
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        System.out.printf(
                "seed %d: %d requests in %d s, answers by status %s%n",
                seed, requests, Duration.between(begun, Instant.now()).toSeconds(), new TreeMap<>(statuses));
        assertThat(wrongs).isEmpty();
        assertThat(statuses.keySet()).contains(200, 201, 400, 401, 403, 404, 409, 412, 415, 428);
        stateIsRight(before);
    }

    private List<Supplier<String>> tokens() {
        List<Supplier<String>> tokens = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tokens.add(() -> app.as(Role.AGENT, "ana@example.org").token());
            tokens.add(() -> app.as(Role.SUPERVISOR, "sue@example.org").token());
            tokens.add(() -> app.as(Role.REQUESTER, "lee@example.org").token());
        }
        for (Role role : Role.values()) {
            tokens.add(() -> app.as(role, role + "@example.org").token());
        }
        String good = app.as(Role.AGENT, "ana@example.org").token();
        String expired = DevelopmentIssuer.of(app.data())
                .issue(EnumSet.of(Role.AGENT), "ana", null, Instant.now().minusSeconds(9_000), Duration.ofSeconds(60));
        for (String bad :
                List.of("", "x", good + "x", good.substring(0, good.length() / 2), expired, "a.b.c", "é\"=")) {
            tokens.add(() -> bad);
        }
        return tokens;
    }

    private void send(Request request) {
        HttpRequest.Builder call = HttpRequest.newBuilder(URI.create(app.url(request.address())))
                .timeout(LONGEST)
                .method(
                        request.method(),
                        request.body() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach(call::setHeader);
        if (!request.token().isEmpty()) {
            call.setHeader("Authorization", "Bearer " + request.token().replaceAll("[^ -~]", "?"));
        }
        try {
            judge(request, http.send(call.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            wrongs.add(e + " for " + request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void judge(Request request, HttpResponse<String> answer) {
        int status = answer.statusCode();
        statuses.computeIfAbsent(status, key -> new AtomicInteger()).incrementAndGet();
        String type = answer.headers().firstValue("Content-Type").orElse("");
        String text = answer.body();
        if (answer.headers().firstValue("X-Content-Type-Options").isEmpty()
                || answer.headers().firstValue("Content-Security-Policy").isEmpty()) {
            wrong(request, answer, "has no safe headers");
        }
        if (status >= 400 && !request.method().equals("HEAD")) {
            JsonNode problem =
                    type.startsWith("application/problem+json") ? JSON.readTree(text) : JSON.createObjectNode();
            String code = problem.path("code").asString("");
            if (code.isEmpty()
                    || problem.path("status").asInt() != status
                    || problem.path("requestId").asString("").isEmpty()) {
                wrong(request, answer, "is no problem");
            } else if (text.contains("Exception") || text.contains("SQL") || text.contains("dev.hindsight.")) {
                wrong(request, answer, "tells what is inside");
            } else if (status >= 500
                    && !(status == 503 && WAITING.contains(code))
                    && !(status == 501 && request.method().equals("PROPFIND"))) {
                wrong(request, answer, "is a fault");
            }
        } else if (status < 300 && type.startsWith("application/json")) {
            JsonNode body = JSON.readTree(text);
            known.learn(body, answer.headers().firstValue("ETag").orElse(null));
            if (!request.method().equals("GET")
                    && body.has("number")
                    && body.path("position").asLong(0) > 0) {
                acknowledged.put(
                        body.path("position").asLong(),
                        body.path("id").asString() + " " + body.path("version").asLong());
            }
        }
    }

    private void wrong(Request request, HttpResponse<String> answer, String what) {
        wrongs.add("This answer " + what + ": " + answer.statusCode() + " "
                + answer.headers().map() + " " + answer.body() + " to " + request);
    }

    private long head() {
        return app.as(Role.OPERATOR, "olga@example.org")
                .get("/ops/v1/projections")
                .body()
                .path("items")
                .path(0)
                .path("head")
                .asLong();
    }

    /** The log is dense, what was acknowledged is in it, and tickets are what their events make them. */
    private void stateIsRight(long before) {
        Person auditor = app.as(Role.AUDITOR, "audrey@example.org");
        auditor.get("/api/v1/people/me");
        long head = head();
        Map<Long, JsonNode> lines = new TreeMap<>();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        for (long place = 0; place < head; ) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Answer page = auditor.get("/api/v1/feed?limit=1000&after=" + place);
            assertThat(page.status()).as(page.raw().body()).isEqualTo(200);
            page.raw()
                    .body()
                    .lines()
                    .map(JSON::readTree)
                    .filter(line -> line.has("event"))
                    .forEach(line -> {
                        assertThat(lines.put(line.path("position").asLong(), line))
                                .isNull();
                    });
            place = Long.parseLong(String.valueOf(page.header("Hindsight-Next-After")));
        }
        assertThat(head).isGreaterThan(before);
        assertThat(new ArrayList<>(lines.keySet()).subList(0, (int) head))
                .isEqualTo(
                        java.util.stream.LongStream.rangeClosed(1, head).boxed().toList());
        acknowledged.forEach((position, ticket) -> {
            JsonNode line = lines.get(position);
            assertThat(line).as("position " + position).isNotNull();
            assertThat(line.path("ticketId").asString() + " "
                            + line.path("version").asLong())
                    .isEqualTo(ticket);
        });
        Map<String, List<JsonNode>> tickets = new TreeMap<>();
        lines.values().stream()
                .filter(line -> !line.path("ticketId").isNull())
                .forEach(line -> tickets.computeIfAbsent(line.path("ticketId").asString(), id -> new ArrayList<>())
                        .add(line));
        tickets.forEach((id, events) -> {
            if (events.getLast().path("position").asLong() > before) {
                assertThat(events.stream()
                                .map(line -> line.path("version").asLong())
                                .toList())
                        .isEqualTo(java.util.stream.LongStream.rangeClosed(1, events.size())
                                .boxed()
                                .toList());
                sameAsItsEvents(
                        auditor.get("/api/v1/tickets/" + id + "?minPosition=" + head)
                                .body(),
                        events);
            }
        });
    }

    private static void sameAsItsEvents(JsonNode ticket, List<JsonNode> events) {
        String status = "";
        String subject = "";
        String queue = "";
        Set<String> tags = new TreeSet<>();
        for (JsonNode line : events) {
            String event = line.path("event").asString();
            JsonNode data = line.path("data");
            status = STATUS_AFTER.getOrDefault(event, status);
            switch (event) {
                case "ticket.opened" -> {
                    subject = data.path("subject").asString();
                    queue = data.path("queue").asString("");
                    data.path("tags").values().forEach(tag -> tags.add(tag.asString()));
                }
                case "ticket.subject-changed" -> subject = data.path("subject").asString();
                case "ticket.queued" -> queue = data.path("queue").asString("");
                case "ticket.tag-added" -> tags.add(data.path("tag").asString());
                case "ticket.tag-removed" -> tags.remove(data.path("tag").asString());
                case "ticket.reverted" -> {
                    for (JsonNode restored : data.path("restored").values()) {
                        switch (restored.asString()) {
                            case "status" -> status = data.path("status").asString();
                            case "subject" -> subject = data.path("subject").asString();
                            case "queue" -> queue = data.path("queue").asString("");
                            case "tags" -> {
                                tags.clear();
                                data.path("tags").values().forEach(tag -> tags.add(tag.asString()));
                            }
                            default -> {}
                        }
                    }
                }
                default -> {}
            }
        }
        assertThat(ticket.path("version").asLong()).isEqualTo(events.size());
        assertThat(Arrays.asList(
                        ticket.path("status").asString(),
                        ticket.path("subject").asString(),
                        ticket.path("queue").asString("")))
                .isEqualTo(List.of(status, subject, queue));
        assertThat(ticket.path("tags").values().stream().map(JsonNode::asString))
                .containsExactlyInAnyOrderElementsOf(tags);
    }

    @Test
    void ofSixteenWhoWriteOnTheSameVersionOneWins() throws Exception {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Answer opened = agent.post("/api/v1/tickets", "{\"subject\":\"fought over\"}");
        String ticket = "/api/v1/tickets/" + opened.id();
        long version = 1;
        try (ExecutorService pool = Executors.newFixedThreadPool(16)) {
            for (int round = 0; round < 12; round++) {
                String etag = "\"" + version + "\"";
                List<Future<Answer>> all = new ArrayList<>();
                for (int c = 0; c < 16; c++) {
                    String body = "{\"subject\":\"round " + round + " client " + c + "\"}";
                    all.add(pool.submit(() -> agent.patch(ticket, body, "If-Match", etag)));
                }
                List<Answer> answers = new ArrayList<>();
                for (Future<Answer> one : all) {
                    answers.add(one.get());
                }
                assertThat(answers.stream().filter(answer -> answer.status() == 200))
                        .hasSize(1);
                assertThat(answers.stream().filter(answer -> answer.status() == 412))
                        .hasSize(15);
                version++;
                long expected = version;
                Answer winner = answers.stream()
                        .filter(answer -> answer.status() == 200)
                        .findAny()
                        .orElseThrow();
                assertThat(winner.body().path("version").asLong()).isEqualTo(expected);
            }
        }
        assertThat(agent.get(ticket + "/timeline?limit=200&minPosition=" + head())
                        .body()
                        .path("items")
                        .size())
                .isEqualTo((int) version);
    }
}
