package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.acceptance.Desks.Opened;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a grant opens and a revocation closes, on every path, with the very next call. */
class GrantsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TICKETS = "/api/v1/tickets";

    private final RunningApplication app = RunningApplication.shared();
    private final Desks desks = new Desks(app);
    private final String word = "numbat" + UUID.randomUUID().toString().substring(0, 8);

    /** Whether somebody meets the ticket, on every path that leads there; the paths must agree. */
    private boolean meets(Person person, Opened ticket) {
        boolean read = person.get(TICKETS + "/" + ticket.id()).status() == 200;
        for (String path : List.of("/conversation", "/timeline", "/links")) {
            assertThat(person.get(TICKETS + "/" + ticket.id() + path).status())
                    .as(path)
                    .isEqualTo(read ? 200 : 404);
        }
        assertThat(person.get(TICKETS + "/" + ticket.number()).status()).isEqualTo(read ? 200 : 404);
        for (String list : List.of("?queue=" + desks.queue, "?text=" + word, "?sort=-createdAt&queue=" + desks.queue)) {
            JsonNode page = Desks.ok(person.get(TICKETS + list)).body();
            assertThat(page.path("total").asInt()).as(list).isEqualTo(read ? 1 : 0);
            assertThat(ids(page)).as(list).isEqualTo(read ? List.of(ticket.id()) : List.of());
        }
        JsonNode found = Desks.ok(person.get("/api/v1/search?q=" + word)).body();
        assertThat(found.path("total").asInt()).isEqualTo(read ? 1 : 0);
        assertThat(found.path("facets").path("queue").size()).isEqualTo(read ? 1 : 0);
        assertThat(found.toString().contains(ticket.id())).isEqualTo(read);
        JsonNode facets = Desks.ok(person.get("/api/v1/search?q=queue:" + desks.queue))
                .body()
                .path("facets")
                .path("queue");
        assertThat(facets.toString().contains(desks.queue)).isEqualTo(read);
        JsonNode suggested =
                Desks.ok(person.get("/api/v1/search/suggestions?q=" + word)).body();
        assertThat(suggested.toString().contains(ticket.id())).isEqualTo(read);
        return read;
    }

    private static List<String> ids(JsonNode page) {
        return page.path("items")
                .valueStream()
                .map(item -> item.path("id").asString())
                .toList();
    }

    private Opened searchable() {
        Opened ticket = desks.ticket(word);
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> desks.of("auditor")
                        .get("/api/v1/search?q=" + word + "%20queue:" + desks.queue)
                        .body()
                        .toString()
                        .contains(ticket.id()));
        return ticket;
    }

    @Test
    void whatIsGrantedAndRevokedHoldsWithTheNextCall() {
        Opened ticket = searchable();
        Person works = desks.of("agentWorks");
        Person closed = desks.of("agentClosed");
        String id = desks.id("agentClosed");

        assertThat(meets(works, ticket)).isTrue();
        assertThat(meets(closed, ticket)).isFalse();
        assertThat(meets(desks.of("superClosed"), ticket)).isFalse();
        assertThat(meets(desks.of("auditor"), ticket)).isTrue();
        assertThat(meets(desks.of("clientReads"), ticket)).isTrue();
        assertThat(meets(desks.of("adminReads"), ticket)).isTrue();

        desks.grant(id, false);
        assertThat(meets(closed, ticket)).isTrue();
        assertThat(closed.post(TICKETS + "/" + ticket.id() + "/notes", "{\"body\":\"x\"}")
                        .status())
                .isEqualTo(403);
        desks.grant(id, true);
        Desks.ok(closed.post(TICKETS + "/" + ticket.id() + "/notes", "{\"body\":\"x\"}"));
        desks.revoke(id);
        assertThat(meets(closed, ticket)).isFalse();

        desks.leave("agentWorks");
        assertThat(meets(works, ticket)).isFalse();
        assertThat(works.post(TICKETS + "/" + ticket.id() + "/notes", "{\"body\":\"x\"}")
                        .status())
                .isEqualTo(404);
        desks.join("agentWorks");
        assertThat(meets(works, ticket)).isTrue();

        Desks.ok(desks.admin.put("/api/v1/queues/" + desks.queue, "{\"name\":\"HR\",\"access\":\"OPEN\"}"));
        assertThat(meets(closed, ticket)).isTrue();
        Desks.ok(desks.admin.put("/api/v1/queues/" + desks.queue, "{\"name\":\"HR\",\"access\":\"RESTRICTED\"}"));
        assertThat(meets(closed, ticket)).isFalse();
    }

    @Test
    void anOrganizationSharesItsTicketsWithItsRequestersAndNobodyElse() {
        Opened ticket = searchable();
        Answer note = Desks.ok(
                desks.of("agentWorks").post(TICKETS + "/" + ticket.id() + "/notes", "{\"body\":\"quoll inside\"}"));
        Person same = desks.of("same");
        app.as(dev.hindsight.domain.people.Role.AUDITOR, "auditor-" + desks.suffix + "@example.org")
                .get(TICKETS + "/" + ticket.id() + "?minPosition=" + app.after(note));

        assertThat(own(same)).contains(ticket.id());
        assertThat(same.get(TICKETS + "/" + ticket.id() + "/conversation").raw().body())
                .doesNotContain("quoll");
        assertThat(same.get(TICKETS + "/" + ticket.id() + "/timeline").raw().body())
                .doesNotContain("InternalNoteAdded");
        assertThat(same.get("/api/v1/search?q=" + word).body().path("total").asInt())
                .isEqualTo(1);
        assertThat(same.get("/api/v1/search?q=quoll").body().path("total").asInt())
                .isZero();
        assertThat(own(desks.of("other"))).isEmpty();

        desks.belong("same", null);
        assertThat(own(same)).isEmpty();
        assertThat(same.get(TICKETS + "/" + ticket.id()).status()).isEqualTo(404);
        desks.belong("same", desks.organization.toString());
        assertThat(own(same)).contains(ticket.id());
        Desks.ok(desks.admin.put(
                "/api/v1/organizations/" + desks.organization, "{\"name\":\"Acme\",\"sharedTickets\":false}"));
        assertThat(own(same)).isEmpty();
        assertThat(own(desks.of("own"))).contains(ticket.id());
    }

    private static List<String> own(Person person) {
        return ids(Desks.ok(person.get(TICKETS)).body());
    }

    @Test
    void linksAreSeenAndMadeOnlyToTicketsThatAreSeen() {
        Opened hidden = desks.ticket("hidden " + word);
        Person closed = desks.of("agentClosed");
        Person works = desks.of("agentWorks");
        String open = Desks.ok(closed.post(TICKETS, "{\"subject\":\"open\"}")).id();

        Answer refused = closed.post(
                TICKETS + "/" + open + "/links", "{\"type\":\"RELATES_TO\",\"otherId\":\"" + hidden.id() + "\"}");
        assertThat(refused.status()).isEqualTo(400);
        Answer unknown = closed.post(
                TICKETS + "/" + open + "/links", "{\"type\":\"RELATES_TO\",\"otherId\":\"" + UUID.randomUUID() + "\"}");
        assertThat(refused.body().path("errors")).isEqualTo(unknown.body().path("errors"));

        Answer linked = Desks.ok(works.post(
                TICKETS + "/" + open + "/links", "{\"type\":\"RELATES_TO\",\"otherId\":\"" + hidden.id() + "\"}"));
        String after = "?minPosition=" + app.after(linked);
        for (String path : List.of("", "/links", "/timeline")) {
            assertThat(works.get(TICKETS + "/" + open + path + after).raw().body())
                    .as(path)
                    .contains(hidden.id());
            assertThat(closed.get(TICKETS + "/" + open + path + after).raw().body())
                    .as(path)
                    .doesNotContain(hidden.id());
        }
    }

    @Test
    void theFeedNamesTheTicketBeforeAFollowUpOnlyToThoseWhoSeeBoth() {
        Opened hidden = desks.ticket("hidden " + word);
        Person works = desks.of("agentWorks");
        Desks.ok(works.put(
                TICKETS + "/" + hidden.id() + "/status",
                "{\"status\":\"CANCELLED\",\"reason\":\"x\"}",
                "If-Match",
                "*"));
        Answer late = Desks.ok(desks.of("own").post(TICKETS + "/" + hidden.id() + "/replies", "{\"body\":\"late\"}"));
        assertThat(late.body().path("followUpOf").asString()).isEqualTo(hidden.id());
        String open = "open-" + desks.suffix;
        Desks.ok(desks.admin.put("/api/v1/queues/" + open, "{\"name\":\"Open\",\"access\":\"OPEN\"}"));
        Answer moved = Desks.ok(
                works.put(TICKETS + "/" + late.id() + "/assignment", "{\"queue\":\"" + open + "\"}", "If-Match", "*"));

        for (String who : List.of("agentWorks", "agentReads", "clientReads", "auditor", "own", "same")) {
            assertThat(opening(who, late, moved).path("followUpOf").asString())
                    .as(who)
                    .isEqualTo(hidden.id());
        }
        for (String who : List.of("agentClosed", "superClosed", "client")) {
            JsonNode data = opening(who, late, moved);
            assertThat(data.toString()).as(who).doesNotContain(hidden.id(), "followUpOf");
            assertThat(data.path("description").asString()).isEqualTo("late");
        }
    }

    /** What the feed tells of a ticket's opening. */
    private JsonNode opening(String who, Answer opened, Answer last) {
        desks.of(who).get("/api/v1/tickets?minPosition=" + app.after(last));
        Answer page = Desks.ok(desks.of(who).get("/api/v1/feed?limit=1000&after=" + (opened.position() - 20)));
        return page.raw()
                .body()
                .lines()
                .map(JSON::readTree)
                .filter(line -> line.path("event").asString().equals("ticket.opened")
                        && line.path("ticketId").asString().equals(opened.id()))
                .findAny()
                .orElseThrow()
                .path("data");
    }

    @Test
    void ticketsAreMovedOnlyWhereTheMoverMayAndGivenOnlyToWhoMayWorkThem() {
        Person closed = desks.of("agentClosed");
        Person superReads = desks.of("superReads");
        String into = "{\"queue\":\"" + desks.queue + "\"}";

        assertThat(closed.post(TICKETS, "{\"subject\":\"x\",\"queue\":\"" + desks.queue + "\"}")
                        .status())
                .isEqualTo(403);
        String ticket = TICKETS + "/"
                + Desks.ok(closed.post(TICKETS, "{\"subject\":\"x\"}")).id();
        for (String who : List.of("agentClosed", "agentReads", "superClosed")) {
            assertThat(desks.of(who)
                            .put(ticket + "/assignment", into, "If-Match", "*")
                            .status())
                    .as(who)
                    .isEqualTo(403);
        }
        Desks.ok(superReads.put(ticket + "/assignment", into, "If-Match", "*"));
        Answer nobody = superReads.put(
                ticket + "/assignment", "{\"assignee\":\"" + desks.id("agentReads") + "\"}", "If-Match", "*");
        assertThat(nobody.status()).isEqualTo(400);
        assertThat(nobody.body().path("errors").path(0).path("field").asString())
                .isEqualTo("assignee");
        Answer assigned = Desks.ok(superReads.put(
                ticket + "/assignment", "{\"assignee\":\"" + desks.id("agentWorks") + "\"}", "If-Match", "*"));
        assertThat(closed.get(ticket + "?minPosition=" + app.after(assigned)).status())
                .isEqualTo(404);
    }

    @Test
    void teamsAndGrantsAreShownAsTheyWerePut() {
        Answer last = desks.grant(desks.id("agentReads"), true);
        String after = "?minPosition=" + app.after(last);
        JsonNode grants = Desks.ok(desks.admin.get("/api/v1/queues/" + desks.queue + "/grants" + after))
                .body()
                .path("items");
        assertThat(grants.valueStream().map(grant -> grant.path("personOrTeam").asString()))
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                desks.team,
                                desks.id("agentReads"),
                                desks.id("superReads"),
                                desks.id("superWorks"),
                                desks.id("adminReads"),
                                desks.id("clientReads"))
                        .toList());
        assertThat(grants.valueStream()
                        .filter(grant -> grant.path("work").asBoolean())
                        .map(grant -> grant.path("personOrTeam").asString()))
                .containsExactlyInAnyOrder(desks.team, desks.id("agentReads"), desks.id("superWorks"));
        JsonNode team = desks.admin
                .get("/api/v1/teams" + after)
                .body()
                .path("items")
                .valueStream()
                .filter(one -> one.path("id").asString().equals(desks.team))
                .findAny()
                .orElseThrow();
        assertThat(team.path("members").path(0).path("id").asString()).isEqualTo(desks.id("agentWorks"));
        assertThat(desks.admin.get("/api/v1/queues" + after).raw().body())
                .contains("{\"id\":\"" + desks.queue + "\",\"name\":\"HR\",\"access\":\"RESTRICTED\"}");
    }

    @Test
    void grantsAreRefusedWhereTheyMeanNothing() {
        String grants = "/api/v1/queues/" + desks.queue + "/grants/";
        String reads = "{\"read\":true,\"work\":false}";
        assertThat(desks.admin.put(grants + UUID.randomUUID(), reads).status()).isEqualTo(400);
        assertThat(desks.admin.put(grants + "no-such-team", reads).status()).isEqualTo(400);
        assertThat(desks.admin
                        .put(grants + desks.team, "{\"read\":false,\"work\":true}")
                        .status())
                .isEqualTo(400);
        assertThat(desks.admin
                        .put("/api/v1/queues/none-" + desks.suffix + "/grants/" + desks.team, reads)
                        .status())
                .isEqualTo(404);
        assertThat(desks.admin
                        .put("/api/v1/teams/" + UUID.randomUUID(), "{\"name\":\"looks like a person\"}")
                        .status())
                .isEqualTo(400);
        assertThat(desks.admin
                        .put("/api/v1/teams/" + desks.team + "/members/" + desks.id("own"), null)
                        .status())
                .isEqualTo(400);
    }
}
