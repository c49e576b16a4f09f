package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.Personal;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.codec.keys.KeyOwner;
import dev.hindsight.ops.codec.keys.KeyRing;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What was configured, by whom, and what everybody was called at the time. */
class HistoryTest {

    private final RunningApplication app = RunningApplication.shared();
    private final Desks desks = new Desks(app);
    private final Person auditor = desks.of("auditor");
    private final String queue = "/api/v1/queues/" + desks.queue;
    private final String team = "/api/v1/teams/" + desks.team;

    private JsonNode history(String of, Answer after) {
        Answer answer = Desks.ok(auditor.get(of + "/history?minPosition=" + app.after(after)));
        assertThat(answer.header("Hindsight-Position"))
                .isEqualTo(answer.body().path("position").asString());
        assertThat(answer.position()).isGreaterThanOrEqualTo(app.after(after));
        return answer.body().path("items");
    }

    private static List<String> events(JsonNode items) {
        return items.valueStream().map(item -> item.path("event").asString()).toList();
    }

    /** {@code field: before → after} of each change of an entry. */
    private static List<String> changes(JsonNode entry) {
        return entry.path("changes")
                .valueStream()
                .map(change ->
                        change.path("field").asString() + ": " + change.path("before") + " → " + change.path("after"))
                .toList();
    }

    @Test
    void aGrantThatIsChangedAndRevokedStaysInTheHistoryOfItsQueue() {
        String reader = desks.id("agentClosed");
        desks.grant(reader, false);
        desks.grant(reader, true);
        Desks.ok(desks.admin.put(team, "{\"name\":\"Persons\"}"));
        desks.revoke(desks.team);
        Answer revoked = desks.revoke(reader);

        JsonNode items = history(queue, revoked);
        assertThat(events(items))
                .startsWith("QueueCreated", "QueueRestricted", "QueueAccessGranted")
                .endsWith("QueueAccessGranted", "QueueAccessGranted", "QueueAccessRevoked", "QueueAccessRevoked");
        assertThat(changes(items.path(0))).containsExactly("name: null → \"HR\"", "access: null → \"OPEN\"");
        assertThat(changes(items.path(1))).containsExactly("access: \"OPEN\" → \"RESTRICTED\"");
        assertThat(items.path(1).path("actor").path("kind").asString()).isEqualTo("ADMIN");
        String admin = Desks.ok(desks.admin.get("/api/v1/people/me")).id();
        assertThat(items.path(1).path("actor").path("id").asString()).isEqualTo(admin);
        String people = "{\"personOrTeam\":\"" + desks.team + "\",\"name\":\"%s\",\"read\":true,\"work\":true}";
        assertThat(changes(items.path(2))).containsExactly("grant: null → " + people.formatted("People"));
        int last = items.size() - 1;
        assertThat(changes(items.path(last - 1))).containsExactly("grant: " + people.formatted("Persons") + " → null");
        assertThat(items.path(last - 2)
                        .path("changes")
                        .path(0)
                        .path("before")
                        .path("work")
                        .asBoolean(true))
                .isFalse();
        assertThat(items.path(last - 2)
                        .path("changes")
                        .path(0)
                        .path("after")
                        .path("work")
                        .asBoolean(false))
                .isTrue();
        assertThat(items.path(last)
                        .path("changes")
                        .path(0)
                        .path("before")
                        .path("personOrTeam")
                        .asString())
                .isEqualTo(reader);
        assertThat(items.path(last).path("position").asLong()).isEqualTo(app.after(revoked));
    }

    @Test
    void itComesInPagesThatServeOnlyWhoAsked() {
        Answer granted = desks.grant(desks.id("agentClosed"), true);
        JsonNode whole = history(queue, granted);
        List<JsonNode> paged = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonNode page =
                    Desks.ok(auditor.get(queue + "/history?limit=3" + cursor)).body();
            page.path("items").forEach(paged::add);
            if (!cursor.isEmpty()) {
                Answer other = desks.admin.get(queue + "/history?limit=3" + cursor);
                assertThat(other.code()).isEqualTo("INVALID_CURSOR");
            }
            String next = page.path("nextCursor").asString(null);
            cursor = next == null ? null : "&cursor=" + next;
        }
        assertThat(whole.size()).isGreaterThan(3);
        assertThat(paged).containsExactlyElementsOf(whole.valueStream().toList());
    }

    @Test
    void teamsOrganizationsCategoriesFieldsAndPeopleHaveOneToo() {
        String member = desks.id("agentWorks");
        Answer left = desks.leave("agentWorks");
        JsonNode items = history(team, left);
        assertThat(events(items)).containsExactly("TeamCreated", "AgentJoinedTeam", "AgentLeftTeam");
        assertThat(items.path(2)
                        .path("changes")
                        .path(0)
                        .path("before")
                        .path("id")
                        .asString())
                .isEqualTo(member);

        String key = "c-" + desks.suffix;
        Desks.ok(desks.admin.put("/api/v1/categories/" + key, "{\"name\":\"Hats\"}"));
        Answer category = Desks.ok(desks.admin.put("/api/v1/categories/" + key, "{\"name\":\"Caps\"}"));
        JsonNode categories = history("/api/v1/categories/" + key, category);
        assertThat(changes(categories.path(0))).containsExactly("name: null → \"Hats\"");
        assertThat(changes(categories.path(1))).containsExactly("name: \"Hats\" → \"Caps\"");

        String select = "{\"name\":\"Size\",\"type\":\"SELECT\",\"options\":[%s]}";
        Desks.ok(desks.admin.put("/api/v1/fields/" + key, select.formatted("\"S\"")));
        Answer field = Desks.ok(desks.admin.put("/api/v1/fields/" + key, select.formatted("\"S\",\"L\"")));
        JsonNode fields = history("/api/v1/fields/" + key, field);
        assertThat(changes(fields.path(0)))
                .containsExactly("name: null → \"Size\"", "type: null → \"SELECT\"", "options: null → [\"S\"]");
        assertThat(changes(fields.path(1))).containsExactly("options: [\"S\"] → [\"S\",\"L\"]");

        Answer alone = Desks.ok(desks.admin.put(
                "/api/v1/organizations/" + desks.organization, "{\"name\":\"Acme\",\"sharedTickets\":false}"));
        JsonNode organizations = history("/api/v1/organizations/" + desks.organization, alone);
        assertThat(changes(organizations.path(organizations.size() - 1)))
                .containsExactly("sharedTickets: true → false");

        Answer appointed = Desks.ok(desks.admin.put("/api/v1/agents/" + desks.id("agentWorks"), "{}"));
        JsonNode agent = history("/api/v1/people/" + desks.id("agentWorks"), appointed);
        assertThat(changes(entry(agent, "AgentAppointed"))).containsExactly("agent: false → true");

        Answer gone = desks.belong("own", null);
        JsonNode person = history("/api/v1/people/" + desks.id("own"), gone);
        assertThat(events(person)).startsWith("PersonRegistered").endsWith("PersonLeftOrganization");
        assertThat(changes(person.path(person.size() - 1)))
                .containsExactly("organization: \"" + desks.organization + "\" → null");
        assertThat(person.toString()).doesNotContain("issuer").doesNotContain("subject");
    }

    @Test
    void nothingIsToldOfWhatIsNot() {
        for (String path : List.of(
                "/api/v1/queues/none-" + desks.suffix,
                "/api/v1/queues/%00",
                "/api/v1/queues/a%20b",
                "/api/v1/teams/" + desks.queue,
                "/api/v1/organizations/" + UUID.randomUUID(),
                "/api/v1/people/" + desks.organization,
                "/api/v1/people/nobody")) {
            assertThat(auditor.get(path + "/history").status()).as(path).isIn(400, 404);
        }
        assertThat(auditor.get(queue + "/history?sort=-version").status()).isEqualTo(400);
        assertThat(desks.of("agentWorks").get(queue + "/history").status()).isEqualTo(403);
    }

    @Test
    void anErasedPersonsNameIsErasedInTheirHistoryToo() throws SQLException {
        String id = desks.id("other");
        Answer renamed = Desks.ok(desks.admin.put("/api/v1/people/" + id, "{\"name\":\"Ottilie\"}"));
        JsonNode before = history("/api/v1/people/" + id, renamed);
        assertThat(before.toString()).contains("Ottilie");

        String owner = KeyOwner.person(UUID.fromString(id));
        Map<String, Object> properties = app.installation().properties();
        try (var connection = DriverManager.getConnection(
                        (String) properties.get("hindsight.database.url"),
                        (String) properties.get("hindsight.database.owner-username"),
                        (String) properties.get("hindsight.database.owner-password"));
                var destroy = connection.prepareStatement(
                        "UPDATE keys.data_key SET wrapped_key = NULL, destroyed_at = now() WHERE owner = ?")) {
            destroy.setString(1, owner);
            assertThat(destroy.executeUpdate()).isEqualTo(1);
        }
        app.context().getBean(KeyRing.class).forget(owner);

        JsonNode after = history("/api/v1/people/" + id, renamed);
        assertThat(events(after)).isEqualTo(events(before));
        assertThat(after.path(0).path("changes").path(0).path("after").asString())
                .isEqualTo(Personal.ERASED);
        assertThat(changes(after.path(after.size() - 1)).toString()).doesNotContain("Ottilie");
    }

    @Test
    void aTimelineShowsTheNamesOfItsTime() {
        String id = desks.id("agentWorks");
        String person = "/api/v1/people/" + id;
        Desks.ok(desks.admin.put(person, "{\"name\":\"Ada Byron\"}"));
        Desks.Opened ticket = desks.ticket("names");
        Desks.ok(desks.admin.put(person, "{\"name\":\"Ada Lovelace\"}"));
        Desks.ok(desks.admin.put(queue, "{\"name\":\"People and culture\"}"));
        String path = "/api/v1/tickets/" + ticket.id();
        Answer assigned =
                Desks.ok(desks.of("agentWorks").put(path + "/assignment", "{\"assignee\":\"me\"}", "If-Match", "*"));

        JsonNode items = Desks.ok(auditor.get(path + "/timeline?minPosition=" + app.after(assigned)))
                .body()
                .path("items");
        JsonNode queued = entry(items, "TicketQueued");
        assertThat(queued.path("actor").path("name").asString()).isEqualTo("Ada Byron");
        JsonNode change = queued.path("changes").path(0);
        assertThat(change.path("after").asString()).isEqualTo(desks.queue);
        assertThat(change.path("afterName").asString()).isEqualTo("HR");
        assertThat(change.path("beforeName").isNull()).isTrue();
        JsonNode now = entry(items, "TicketAssigned");
        assertThat(now.path("actor").path("name").asString()).isEqualTo("Ada Lovelace");
        assertThat(now.path("changes").path(0).path("after").path("name").asString())
                .isEqualTo("Ada Lovelace");
        assertThat(auditor.get(person).body().path("name").asString()).isEqualTo("Ada Lovelace");
        assertThat(desks.of("own").get(path + "/timeline").raw().body())
                .contains(desks.queue)
                .doesNotContain("\"HR\"")
                .doesNotContain("People and culture");
    }

    private static JsonNode entry(JsonNode items, String event) {
        return items.valueStream()
                .filter(item -> item.path("event").asString().equals(event))
                .findFirst()
                .orElseThrow();
    }
}
