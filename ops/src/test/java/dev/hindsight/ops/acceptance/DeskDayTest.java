package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What agents do all day beside working one ticket: many at once, watching, queues, tickets like this one. */
class DeskDayTest {

    private static final String TICKETS = "/api/v1/tickets";
    private static final String BULK = TICKETS + "/bulk";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person requester = app.as(Role.REQUESTER, "lee@example.org");
    private final String word = "w" + UUID.randomUUID().toString().substring(0, 8);

    private Answer open(Person by, String subject) {
        Answer opened = by.post(
                TICKETS,
                "{\"subject\":\"" + subject + "\",\"description\":\"" + word + "\""
                        + (by == agent ? ",\"requester\":{\"email\":\"kim@example.org\"}" : "") + "}");
        assertThat(opened.status()).as(opened.raw().body()).isEqualTo(201);
        return opened;
    }

    private JsonNode read(Person by, Answer ticket, Answer after) {
        return by.get(TICKETS + "/" + ticket.id() + "?minPosition=" + app.after(after))
                .body();
    }

    private static String quoted(List<Answer> tickets) {
        return tickets.stream().map(ticket -> "\"" + ticket.id() + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void oneCommandForManyTicketsAnswersForEach() {
        List<Answer> tickets =
                IntStream.range(0, 3).mapToObj(n -> open(agent, "Bulk " + n)).toList();
        String last = tickets.get(2).body().path("number").asString();

        Answer bulk = agent.post(
                BULK,
                "{\"ids\":[\"" + tickets.get(0).id() + "\",\"" + tickets.get(1).id() + "\",\"" + last
                        + "\",\"HD-999999999\",\"" + UUID.randomUUID() + "\",\""
                        + tickets.get(0).id() + "\"],"
                        + "\"versions\":{\"" + tickets.get(0).id() + "\":1,\"" + last + "\":7},"
                        + "\"command\":{\"type\":\"assignTicket\",\"body\":{\"assignee\":\"me\"}}}",
                "X-Correlation-Id",
                "bulk-" + word);

        assertThat(bulk.status()).as(bulk.raw().body()).isEqualTo(200);
        assertThat(bulk.body().path("correlationId").asString()).isEqualTo("bulk-" + word);
        assertThat(bulk.body().path("succeeded").asInt()).isEqualTo(2);
        assertThat(bulk.body().path("failed").asInt()).isEqualTo(3);
        JsonNode items = bulk.body().path("items");
        assertThat(items.valueStream().map(item -> item.path("status").asInt()))
                .containsExactly(200, 200, 412, 404, 404);
        assertThat(items.path(0).path("version").asInt()).isEqualTo(3);
        assertThat(items.path(2).path("code").asString()).isEqualTo("PRECONDITION_FAILED");
        assertThat(items.path(2).path("problem").path("requestId").asString()).isNotEmpty();
        assertThat(items.path(3).path("id").asString()).isEqualTo("HD-999999999");
        assertThat(bulk.body().path("position").asLong())
                .isEqualTo(items.path(1).path("position").asLong());
        assertThat(read(agent, tickets.get(1), bulk).path("status").asString()).isEqualTo("OPEN");
        assertThat(read(agent, tickets.get(2), bulk).path("status").asString()).isEqualTo("NEW");
    }

    @Test
    void aVersionCountsHoweverItsTicketIsWritten() {
        Answer ticket = open(agent, "Versions");
        String number = ticket.body().path("number").asString();
        agent.post(TICKETS + "/" + ticket.id() + "/notes", "{\"body\":\"moved on\"}");
        String command = "\"command\":{\"type\":\"assignTicket\",\"body\":{\"assignee\":\"me\"}}}";
        for (String[] names : new String[][] {
            {ticket.id(), number},
            {number.toLowerCase(Locale.ROOT), number},
            {ticket.id(), ticket.id().toUpperCase(Locale.ROOT)}
        }) {
            Answer stale = agent.post(
                    BULK, "{\"ids\":[\"" + names[0] + "\"],\"versions\":{\"" + names[1] + "\":1}," + command);
            assertThat(codes(stale)).as(String.join(" ", names)).containsExactly("PRECONDITION_FAILED");
        }
        for (String versions : List.of("{\"HD-999999999\":1}", "{\"" + number + "\":2.7}")) {
            Answer wrong =
                    agent.post(BULK, "{\"ids\":[\"" + ticket.id() + "\"],\"versions\":" + versions + "," + command);
            assertThat(wrong.status()).as(versions).isEqualTo(400);
        }
    }

    @Test
    void nobodyLearnsWhichHiddenTicketANumberBelongsTo() {
        String number = open(agent, "Hidden").body().path("number").asString();
        Answer bulk = requester.post(
                BULK,
                "{\"ids\":[\"" + number + "\"],\"command\":{\"type\":\"replyToTicket\",\"body\":{\"body\":\"x\"}}}");
        assertThat(codes(bulk)).containsExactly("NOT_FOUND");
        assertThat(bulk.body().at("/items/0/id").asString()).isEqualTo(number);
    }

    @Test
    void agentsPassOnTheWordsOfTheTicketsRequesterOnly() {
        Answer ticket = open(requester, "Words");
        String agentsId = agent.get("/api/v1/people/me").body().path("id").asString();
        String requestersId =
                requester.get("/api/v1/people/me").body().path("id").asString();
        String replies = TICKETS + "/" + ticket.id() + "/replies";
        Answer forged = agent.post(replies, "{\"body\":\"I pay\",\"onBehalfOf\":\"" + agentsId + "\"}");
        assertThat(forged.status()).as(forged.raw().body()).isEqualTo(400);
        assertThat(forged.body().at("/errors/0/field").asString()).isEqualTo("onBehalfOf");
        assertThat(agent.post(replies, "{\"body\":\"By phone\",\"onBehalfOf\":\"" + requestersId + "\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void wordsThatFiltersMeanSomethingElseByAreNoKeysAndNoTags() {
        Person admin = app.as(Role.ADMIN, "adam@example.org");
        for (String path : List.of("/api/v1/queues/none", "/api/v1/queues/summaries", "/api/v1/categories/none")) {
            assertThat(admin.put(path, "{\"name\":\"None\"}").status()).as(path).isEqualTo(400);
        }
        Answer ticket = open(agent, "Tag");
        assertThat(agent.put(TICKETS + "/" + ticket.id() + "/tags/none", "").status())
                .isEqualTo(400);
    }

    @Test
    void aRepeatedBulkCallDoesNothingTwiceAndMeansTheSameTickets() {
        List<Answer> tickets = IntStream.range(0, 3)
                .mapToObj(n -> open(agent, "Filtered " + n))
                .toList();
        String call = "{\"filter\":{\"text\":\"" + word + "\",\"status\":\"NEW\",\"minPosition\":\""
                + tickets.get(2).position() + "\"},\"command\":{\"type\":\"changeStatus\",\"body\":"
                + "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\",\"comment\":\"Done.\"}}}";

        Answer first = agent.post(BULK, call, "Idempotency-Key", word);
        Answer again = agent.post(BULK, call, "Idempotency-Key", word);
        Answer other = agent.post(BULK, call.replace("Done.", "Undone."), "Idempotency-Key", word);

        assertThat(first.body().path("succeeded").asInt())
                .as(first.raw().body())
                .isEqualTo(3);
        assertThat(again.body().path("items")).isEqualTo(first.body().path("items"));
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("IDEMPOTENCY_MISMATCH");
        String conversation = TICKETS + "/" + tickets.get(0).id() + "/conversation?minPosition=" + app.after(first);
        assertThat(agent.get(conversation).body().path("items").size()).isEqualTo(2);
        assertThat(agent.post(BULK, call).body().path("items")).isEmpty();
    }

    @Test
    void whatEveryTicketRefusesIsStillAnAnswer() {
        List<Answer> tickets =
                IntStream.range(0, 2).mapToObj(n -> open(agent, "Refused " + n)).toList();
        String close = "{\"ids\":" + quoted(tickets)
                + ",\"command\":{\"type\":\"changeStatus\",\"body\":{\"status\":\"CLOSED\"}}}";

        Answer refused = agent.post(BULK, close);
        Answer hidden = requester.post(BULK, close);
        Answer forbidden = app.as(Role.AUDITOR, "audrey@example.org").post(BULK, close);

        assertThat(codes(refused)).containsOnly("NOT_RESOLVED").hasSize(2);
        assertThat(codes(hidden)).containsOnly("NOT_FOUND").hasSize(2);
        assertThat(forbidden.status()).isEqualTo(403);
    }

    private static List<String> codes(Answer bulk) {
        assertThat(bulk.status()).as(bulk.raw().body()).isEqualTo(200);
        return bulk.body()
                .path("items")
                .valueStream()
                .map(item -> item.path("code").asString())
                .toList();
    }

    @Test
    void aBulkCallThatIsNotUnderstoodDoesNothing() {
        String id = open(agent, "Untouched").id();
        String many = IntStream.range(0, 101).mapToObj(n -> "\"HD-" + n + "\"").collect(Collectors.joining(","));
        for (var wrong : Map.of(
                        "{\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"x\"}}}",
                        "ids",
                        "{\"ids\":[],\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"x\"}}}",
                        "ids",
                        "{\"ids\":[" + many + "],\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"x\"}}}",
                        "ids",
                        "{\"ids\":[\"" + id + "\"],\"command\":{\"type\":\"erase\"}}",
                        "command.type",
                        "{\"ids\":[\"" + id + "\"],\"command\":{\"type\":\"addTag\",\"body\":{\"tags\":\"x\"}}}",
                        "command.body.tags",
                        "{\"ids\":[\"" + id + "\"],\"command\":{\"type\":\"addTag\"}}",
                        "command.body",
                        "{\"ids\":[\"" + id
                                + "\"],\"versions\":{\"HD-1\":1},\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"x\"}}}",
                        "versions",
                        "{\"filter\":{\"colour\":\"red\"},\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"x\"}}}",
                        "filter.colour",
                        "{\"filter\":{\"limit\":\"101\"},\"command\":{\"type\":\"addTag\",\"body\":{\"tag\":\"x\"}}}",
                        "filter.limit")
                .entrySet()) {
            Answer answer = agent.post(BULK, wrong.getKey());
            assertThat(answer.status()).as(wrong.getKey()).isEqualTo(400);
            assertThat(answer.body().at("/errors/0/field").asString())
                    .as(wrong.getKey())
                    .isEqualTo(wrong.getValue());
        }
        assertThat(agent.get(TICKETS + "/" + id).body().path("version").asInt()).isEqualTo(1);
    }

    @Test
    void watchersComeAndGo() {
        Answer ticket = open(requester, "Watched");
        String watchers = TICKETS + "/" + ticket.id() + "/watchers/";
        String self = requester.get("/api/v1/people/me").body().path("id").asString();
        String agents = agent.get("/api/v1/people/me").body().path("id").asString();

        Answer added = agent.put(watchers + "me", null);
        Answer again = agent.put(watchers + "me", null);
        Answer requesters = requester.put(watchers + "me", null);

        assertThat(added.status()).as(added.raw().body()).isEqualTo(200);
        assertThat(added.body().path("version").asInt()).isEqualTo(2);
        assertThat(again.body().path("version").asInt()).isEqualTo(2);
        assertThat(requesters.status()).isEqualTo(200);
        assertThat(read(agent, ticket, requesters)
                        .path("watchers")
                        .valueStream()
                        .map(one -> one.path("id").asString()))
                .containsExactly(agents, self);
        assertThat(read(requester, ticket, requesters)
                        .path("watchers")
                        .valueStream()
                        .map(one -> one.path("id").asString()))
                .containsExactly(self);
        String list = TICKETS + "?text=" + word + "&watcher=";
        assertThat(agent.get(list + "me").body().path("total").asInt()).isEqualTo(1);
        assertThat(agent.get(list + "none").body().path("total").asInt()).isZero();
        assertThat(requester.get(list + "me").body().path("total").asInt()).isEqualTo(1);
        assertThat(requester.get(list + "none").status()).isEqualTo(400);
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> agent.get("/api/v1/search?q=watcher:me%20" + word)
                                .body()
                                .path("total")
                                .asInt()
                        == 1);

        String timeline = TICKETS + "/" + ticket.id() + "/timeline?minPosition=" + app.after(requesters);
        assertThat(agent.get(timeline).raw().body()).contains("WatcherAdded");
        assertThat(requester
                        .get(timeline)
                        .body()
                        .path("items")
                        .valueStream()
                        .map(entry -> entry.path("event").asString()))
                .containsExactly("TicketOpened");

        Answer removed = agent.delete(watchers + self);
        assertThat(removed.body().path("version").asInt()).isEqualTo(4);
        assertThat(agent.delete(watchers + self).body().path("version").asInt()).isEqualTo(4);
        assertThat(read(requester, ticket, removed).path("watchers")).isEmpty();
    }

    @Test
    void requestersSayOnlyOfThemselvesThatTheyWatchTheirOwnTickets() {
        Answer ticket = open(requester, "Mine to watch");
        String watchers = TICKETS + "/" + ticket.id() + "/watchers/";
        String ana = agent.get("/api/v1/people/me").body().path("id").asString();

        assertThat(requester.put(watchers + ana, null).status()).isEqualTo(403);
        assertThat(app.as(Role.REQUESTER, "mallory@example.org")
                        .put(watchers + "me", null)
                        .status())
                .isEqualTo(404);
        assertThat(agent.put(watchers + UUID.randomUUID(), null).status()).isEqualTo(400);
        assertThat(agent.put(watchers + "nobody", null).status()).isEqualTo(400);
    }

    @Test
    void whoWatchesWithoutARightReadsNothing() {
        Answer ticket = open(agent, "Somebody else's");
        Person mallory = app.as(Role.REQUESTER, "mallory@example.org");
        String id = mallory.get("/api/v1/people/me").body().path("id").asString();

        Answer added = agent.put(TICKETS + "/" + ticket.id() + "/watchers/" + id, null);

        assertThat(added.status()).isEqualTo(200);
        assertThat(mallory.get(TICKETS + "/" + ticket.id() + "?minPosition=" + app.after(added))
                        .status())
                .isEqualTo(404);
        assertThat(mallory.get(TICKETS + "?watcher=me").body().path("total").asInt())
                .isZero();
    }

    @Test
    void linksAreReadFromBothEndsAndMarksComeOff() {
        Answer parent = open(agent, "Parent");
        Answer child = open(agent, "Child");
        Answer linked = agent.post(
                TICKETS + "/" + parent.id() + "/links", "{\"type\":\"PARENT_OF\",\"otherId\":\"" + child.id() + "\"}");
        assertThat(linked.status()).isEqualTo(201);

        JsonNode own = agent.get(TICKETS + "/" + parent.id() + "/links?minPosition=" + app.after(linked))
                .body();
        JsonNode others = agent.get(TICKETS + "/" + child.id() + "/links").body();
        assertThat(own.at("/items/0/relation").asString()).isEqualTo("PARENT_OF");
        assertThat(others.at("/items/0/relation").asString()).isEqualTo("CHILD_OF");
        assertThat(others.at("/items/0/inverse").asBoolean()).isTrue();
        assertThat(others.at("/items/0/id").asString()).isEqualTo(parent.id());

        for (String mark : List.of("spam-mark", "major-incident")) {
            String path = TICKETS + "/" + parent.id() + "/" + mark;
            assertThat(agent.post(path, null).status()).as(mark).isEqualTo(200);
            Answer off = agent.delete(path);
            assertThat(off.status()).as(mark).isEqualTo(200);
            assertThat(agent.delete(path).body().path("version"))
                    .isEqualTo(off.body().path("version"));
        }
    }

    @Test
    void queuesAreSummedUpAndSimilarTicketsFound() {
        Answer one = open(agent, "The " + word + " scanner jams on thick paper");
        Answer two = open(agent, "Thick paper jams the scanner " + word);
        String none = "/api/v1/queues/none/summary?minPosition=" + app.after(two);
        Answer summary = agent.get(none);
        assertThat(summary.status()).isEqualTo(200);
        assertThat(summary.body().path("byStatus").path("NEW").asInt()).isPositive();
        assertThat(summary.body().path("byAge").path("under1Day").asInt()).isPositive();
        assertThat(agent.get("/api/v1/queues/summaries").body().path("items").size())
                .isPositive();
        assertThat(requester.get("/api/v1/queues/summaries").status()).isEqualTo(403);

        Journey.eventually(
                Duration.ofSeconds(20),
                () -> agent.get(TICKETS + "/" + one.id() + "/similar")
                        .body()
                        .at("/items/0/ticket/id")
                        .asString("")
                        .equals(two.id()));
        assertThat(requester.get(TICKETS + "/" + one.id() + "/similar").status())
                .isEqualTo(404);
    }
}
