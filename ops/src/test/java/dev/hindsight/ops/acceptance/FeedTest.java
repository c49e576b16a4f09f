package dev.hindsight.ops.acceptance;

import static dev.hindsight.ops.acceptance.Journey.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The feed over HTTP: complete, in order, by right, from any position on, in pages and live. */
class FeedTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TICKETS = "/api/v1/tickets";
    private static final String FEED = "/api/v1/feed";
    private static final Duration SOON = Duration.ofSeconds(30);

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person requester = app.as(Role.REQUESTER, "lee@example.org");
    private final Person client = app.as(Role.CLIENT, "integration");
    private final Person auditor = app.as(Role.AUDITOR, "audrey@example.org");

    private record Page(List<JsonNode> lines, long complete) {}

    private static Page page(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("application/x-ndjson");
        List<JsonNode> lines =
                new ArrayList<>(answer.raw().body().lines().map(JSON::readTree).toList());
        long complete = lines.removeLast().path("complete").asLong(-1);
        assertThat(answer.header("Hindsight-Next-After")).isEqualTo(Long.toString(complete));
        return new Page(lines, complete);
    }

    /** All that somebody sees after a position, page by page, until a position is included. */
    private static List<JsonNode> read(Person who, long after, long until, int limit) {
        List<JsonNode> all = new ArrayList<>();
        long place = after;
        long end = System.nanoTime() + SOON.toNanos();
        while (place < until) {
            assertThat(System.nanoTime()).as("in time, at " + place).isLessThan(end);
            Page page = page(who.get(FEED + "?limit=" + limit + "&after=" + place));
            all.addAll(page.lines());
            place = page.complete();
        }
        return all;
    }

    private static List<Long> positions(List<JsonNode> lines) {
        return lines.stream().map(line -> line.path("position").asLong()).toList();
    }

    private static List<String> events(List<JsonNode> lines) {
        return lines.stream().map(line -> line.path("event").asString()).toList();
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

    /** Many write at once, each the events of tickets of their own; what was acknowledged, by position. */
    private Set<Long> write(int writers, int times) throws Exception {
        Set<Long> positions = Collections.synchronizedSet(new TreeSet<>());
        try (ExecutorService pool = Executors.newFixedThreadPool(writers)) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                all.add(pool.submit(() -> {
                    for (int i = 0; i < times; i++) {
                        Answer opened = agent.post(TICKETS, "{\"subject\":\"feed\"}");
                        positions.add(opened.position());
                        positions.add(agent.put(TICKETS + "/" + opened.id() + "/tags/fed", null)
                                .position());
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(positions).hasSize(writers * times * 2).doesNotContain(-1L);
        return positions;
    }

    @Test
    void everyAcknowledgedEventIsSeenOnceInOrderWhileManyWrite() throws Exception {
        agent.get("/api/v1/people/me");
        long before = head();
        try (FeedReader live = FeedReader.open(app, agent.token(), "?after=" + before, null)) {
            Set<Long> written = write(8, 25);
            long last = Collections.max(written);
            eventually(SOON, () -> live.positions().contains(last));
            List<Long> paged = positions(read(agent, before, last, 7));
            assertThat(paged).isSorted().doesNotHaveDuplicates().containsAll(written);
            List<Long> streamed =
                    live.positions().stream().filter(p -> p <= last).toList();
            assertThat(streamed).isEqualTo(paged);
            // An auditor sees what belongs to no ticket, too: then nothing at all is missing.
            List<Long> all = positions(read(auditor, before, last, 50));
            assertThat(all).hasSize((int) (last - before)).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void whoWasDisconnectedGoesOnWhereTheyWere() throws Exception {
        agent.get("/api/v1/people/me");
        long before = head();
        List<Long> seen = new ArrayList<>();
        String lastId;
        try (FeedReader first = FeedReader.open(app, agent.token(), "?after=" + before, null)) {
            long last = Collections.max(write(4, 5));
            eventually(SOON, () -> first.positions().contains(last));
            lastId = first.lastId();
            seen.addAll(first.positions());
        }
        Set<Long> meanwhile = write(4, 5);
        try (FeedReader second = FeedReader.open(app, agent.token(), "?after=0", lastId)) {
            long last = Collections.max(write(4, 5));
            eventually(SOON, () -> second.positions().contains(last));
            seen.addAll(second.positions());
            assertThat(second.positions()).containsAll(meanwhile);
            assertThat(seen.stream().filter(p -> p <= last).toList())
                    .isEqualTo(positions(read(agent, before, last, 1000)));
        }
    }

    @Test
    void aLineTellsWhatHappened() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"It drips\",\"description\":\"On the desk.\"}");
        List<JsonNode> lines = read(agent, opened.position() - 1, opened.position(), 10);
        JsonNode line = lines.getFirst();
        assertThat(line.propertyNames())
                .containsExactly(
                        "position",
                        "event",
                        "revision",
                        "ticketId",
                        "version",
                        "occurredAt",
                        "recordedAt",
                        "actor",
                        "data");
        assertThat(line.path("event").asString()).isEqualTo("ticket.opened");
        assertThat(line.path("revision").asInt()).isEqualTo(1);
        assertThat(line.path("ticketId").asString()).isEqualTo(opened.id());
        assertThat(line.path("version").asLong()).isEqualTo(1);
        assertThat(line.path("actor").path("kind").asString()).isEqualTo("REQUESTER");
        assertThat(line.path("data").path("subject").asString()).isEqualTo("It drips");
        assertThat(line.path("data").path("description").asString()).isEqualTo("On the desk.");
    }

    @Test
    void notesAndInternalReasonsReachNoRequesterAndNoClient() {
        String secret = "secret" + UUID.randomUUID();
        long before = head();
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Quiet\"}");
        String ticket = TICKETS + "/" + opened.id();
        agent.post(ticket + "/notes", "{\"body\":\"" + secret + "\"}");
        agent.put(
                ticket + "/status",
                "{\"status\":\"ON_HOLD\",\"reason\":\"OTHER\",\"reasonText\":\"" + secret + "\"}",
                "If-Match",
                "*");
        Answer other = agent.post(TICKETS, "{\"subject\":\"Not theirs " + secret + "\"}");
        agent.post(ticket + "/links", "{\"type\":\"RELATES_TO\",\"otherId\":\"" + other.id() + "\"}");
        Answer last = agent.put(
                ticket + "/status", "{\"status\":\"CANCELLED\",\"reason\":\"" + secret + "\"}", "If-Match", "*");
        assertThat(last.status()).isEqualTo(200);

        try (FeedReader live = FeedReader.open(app, requester.token(), "?after=" + before, null)) {
            List<JsonNode> own = read(requester, before, last.position(), 3);
            assertThat(own.toString()).doesNotContain(secret, "note", other.id());
            assertThat(events(own))
                    .containsExactly("ticket.opened", "ticket.work-started", "ticket.put-on-hold", "ticket.cancelled");
            eventually(SOON, () -> live.lines().size() >= own.size());
            assertThat(live.lines()).isEqualTo(own);
        }
        List<JsonNode> outside = read(client, before, last.position(), 100);
        assertThat(outside.toString()).doesNotContain("internal-note");
        assertThat(events(outside)).contains("ticket.linked");
        assertThat(outside.stream()
                        .filter(line -> !line.path("ticketId").asString().equals(other.id()))
                        .toList()
                        .toString())
                .doesNotContain(secret);
        assertThat(events(read(agent, before, last.position(), 100))).contains("ticket.internal-note-added");
        assertThat(read(agent, 0, 5, 100))
                .noneMatch(line -> line.path("ticketId").isNull());
        assertThat(events(read(auditor, 0, 5, 100))).startsWith("log.initialized");
    }

    @Test
    void filesReachRequestersAndClientsOnceAReplyCarriesThem() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"With a file\"}");
        String ticket = TICKETS + "/" + opened.id();
        Answer uploaded = MultipartFiles.upload(
                agent, ticket, MultipartFiles.parts(MultipartFiles.part("how-to.pdf", "application/pdf", "how")));
        String file = MultipartFiles.firstId(uploaded);
        Answer reply = agent.post(ticket + "/replies", "{\"body\":\"So\",\"attachmentIds\":[\"" + file + "\"]}");
        assertThat(reply.status()).isEqualTo(201);
        Answer removed = agent.delete(ticket + "/attachments/" + file);
        assertThat(removed.status()).isEqualTo(200);
        for (Person outside : List.of(requester, client)) {
            List<JsonNode> lines = ofTicket(opened, read(outside, opened.position(), removed.position(), 100));
            assertThat(events(lines))
                    .containsExactly(
                            "ticket.public-reply-added",
                            "ticket.work-started",
                            "ticket.attachment-added",
                            "ticket.attachment-removed");
            JsonNode data = lines.get(2).path("data");
            assertThat(data.path("name").asString()).isEqualTo("how-to.pdf");
            assertThat(data.path("attachmentId").asString()).isEqualTo(file);
            assertThat(data.has("content") || data.has("wrappedKey")).isFalse();
        }
        List<JsonNode> inside = ofTicket(opened, read(agent, opened.position(), removed.position(), 100));
        assertThat(events(inside)).filteredOn("ticket.attachment-added"::equals).hasSize(2);
        assertThat(inside.getFirst().path("data").path("content").asString()).hasSize(64);
        assertThat(inside.toString()).doesNotContain("wrappedKey");
    }

    private static List<JsonNode> ofTicket(Answer opened, List<JsonNode> lines) {
        return lines.stream()
                .filter(line -> line.path("ticketId").asString().equals(opened.id()))
                .toList();
    }

    @Test
    void othersSeeNothingAndGetOnAllTheSame() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Mine alone\"}");
        Person other = app.as(Role.REQUESTER, "mallory@example.org");
        assertThat(read(other, opened.position() - 1, opened.position(), 10)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"OPERATOR", "ADMIN"})
    void whoReadsNoTicketsReadsNoFeed(Role role) {
        Answer refused = app.as(role, role + "@example.org").get(FEED);
        assertThat(refused.status()).isEqualTo(403);
        try (FeedReader live =
                FeedReader.open(app, app.as(role, role + "@example.org").token(), "", null)) {
            assertThat(live.status()).isEqualTo(403);
            assertThat(live.answer().headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "?log=01a1fd48-2a50-7615-86bc-a50dccd0074d,409,OTHER_LOG",
        "?log=x,400,INVALID_REQUEST",
        "?after=999999999999,409,POSITION_AHEAD",
        "?after=-1,400,INVALID_REQUEST",
        "?after=99999999999999999999,400,INVALID_REQUEST",
        "?limit=0,400,INVALID_REQUEST",
        "?limit=1001,400,INVALID_REQUEST",
        "?afer=1,400,INVALID_REQUEST"
    })
    void whatTheFeedCanNotFollowIsRefused(String query, int status, String code) {
        Answer refused = agent.get(FEED + query);
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void whoAcceptsNoFeedIsToldWhatToAccept() {
        Answer refused = agent.call("GET", FEED, null, "Accept", "text/csv");
        assertThat(refused.status()).isEqualTo(406);
        assertThat(refused.code()).isEqualTo("NOT_ACCEPTABLE");
        assertThat(refused.body().path("detail").asString()).contains("application/x-ndjson", "text/event-stream");
    }

    @Test
    void aStreamIsRefusedForAnotherLogAnotherEpochAndWhatIsAhead() {
        String log = app.withToken("").get("/api/version").body().path("logId").asString();
        for (Map.Entry<String, Integer> id : Map.of(
                        "01a1fd48-2a50-7615-86bc-a50dccd0074d:1:1",
                        409,
                        log + ":2:1",
                        409,
                        log + ":1:999999999999",
                        409,
                        "nonsense",
                        400)
                .entrySet()) {
            try (FeedReader live = FeedReader.open(app, agent.token(), "", id.getKey())) {
                assertThat(live.status()).as(id.getKey()).isEqualTo(id.getValue());
            }
        }
        assertThat(agent.get(FEED + "?limit=1&log=" + log).status()).isEqualTo(200);
    }

    @Test
    void silenceIsBrokenByHeartbeatsAndTheServersEndIsClear(@TempDir Path data) throws Exception {
        FeedReader live;
        String expected;
        try (RunningApplication own = RunningApplication.in(data, Map.of("hindsight.feed.heartbeat", "500ms"))) {
            Person mallory = own.as(Role.REQUESTER, "mallory@example.org");
            mallory.get("/api/v1/people/me");
            live = FeedReader.open(own, mallory.token(), "?after=0", null);
            eventually(
                    SOON,
                    () -> live.comments().stream().filter(": heartbeat"::equals).count() >= 3);
            // Nothing was visible, and yet the place to go on from moves.
            Answer hidden = own.as(Role.AGENT, "ana@example.org").post(TICKETS, "{\"subject\":\"hidden\"}");
            expected =
                    own.withToken("").get("/api/version").body().path("logId").asString() + ":1:" + hidden.position();
            eventually(SOON, () -> live.lastId().equals(expected));
            assertThat(live.lines()).isEmpty();
        }
        eventually(SOON, live::ended);
        assertThat(live.comments()).last().asString().startsWith(": end, the server stops");
        live.close();
    }
}
