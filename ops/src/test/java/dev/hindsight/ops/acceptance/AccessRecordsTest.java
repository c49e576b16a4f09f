package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who looked, took along or was refused is on record, for auditors alone. */
class AccessRecordsTest {

    private static final String ACCESS = "/api/v1/audit/access";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana-" + UUID.randomUUID() + "@example.org");
    private final Person auditor = app.as(Role.AUDITOR, "audrey@example.org");

    private Answer ticket() {
        Answer opened = agent.post("/api/v1/tickets", "{\"subject\":\"who looked\"}");
        assertThat(opened.status()).as(opened.raw().body()).isEqualTo(201);
        return opened;
    }

    private List<JsonNode> records(String query, int atLeast) {
        var records = new ArrayList<JsonNode>();
        Journey.eventually(Duration.ofSeconds(20), () -> {
            Answer answer = auditor.get(ACCESS + query);
            assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
            records.clear();
            answer.body().path("items").forEach(records::add);
            return records.size() >= atLeast;
        });
        return records;
    }

    @Test
    void readsAreOnRecordWithWhatWasShown() {
        Answer opened = ticket();
        String path = "/api/v1/tickets/" + opened.id();
        String fresh = "?minPosition=" + opened.body().path("position").asLong();
        assertThat(agent.get(path + fresh).status()).isEqualTo(200);
        assertThat(agent.get(path + fresh).status()).isEqualTo(200);
        assertThat(agent.get(path + "/conversation").status()).isEqualTo(200);
        assertThat(agent.get(path + "/timeline").status()).isEqualTo(200);

        List<JsonNode> records =
                records("?ticket=" + opened.body().path("number").asString(), 3);

        assertThat(records).allSatisfy(record -> {
            assertThat(record.path("ticket").asString()).isEqualTo(opened.id());
            assertThat(record.path("version").asLong())
                    .isEqualTo(opened.body().path("version").asLong());
            assertThat(record.path("status").asInt()).isEqualTo(200);
            assertThat(record.at("/person/name").asString()).isNotEmpty();
            assertThat(record.path("requestId").asString()).isNotEmpty();
        });
        assertThat(records.stream()
                        .filter(record -> record.path("call").asString().equals("GET /api/v1/tickets/{id}"))
                        .mapToLong(record -> record.path("times").asLong())
                        .sum())
                .isEqualTo(2);
        assertThat(records)
                .extracting(record -> record.path("call").asString())
                .contains("GET /api/v1/tickets/{id}/conversation", "GET /api/v1/tickets/{id}/timeline");
        String person = records.getFirst().at("/person/id").asString();
        assertThat(records("?person=" + person + "&ticket=" + opened.id(), 3)).hasSameSizeAs(records);
        assertThat(records("?person=" + person + "&to=2001-01-01", 0)).isEmpty();
    }

    @Test
    void refusalsAndExportsAreOnRecord() {
        Answer opened = ticket();
        assertThat(agent.get("/ops/v1/projections").status()).isEqualTo(403);
        assertThat(agent.get(ACCESS).status()).isEqualTo(403);
        Answer made = auditor.post(
                "/api/v1/audit/exports", "{\"tickets\":[\"" + opened.id() + "\"],\"reason\":\"who looked\"}");
        assertThat(made.status()).isEqualTo(201);

        String person = agent.get("/api/v1/people/me").body().path("id").asString();
        List<JsonNode> refusals = records("?person=" + person, 2);
        assertThat(refusals).extracting(record -> record.path("status").asInt()).containsOnly(403);
        assertThat(refusals)
                .extracting(record -> record.path("call").asString())
                .contains("GET " + ACCESS);

        Journey.eventually(
                Duration.ofSeconds(20),
                () -> records("?limit=200", 1).stream()
                        .anyMatch(record -> record.path("subject").asString("").equals(made.id())
                                && record.path("call").asString().equals("POST /api/v1/audit/exports")));
    }

    @Test
    void pagesTellEveryRecordOnce() {
        Answer opened = ticket();
        String path = "/api/v1/tickets/" + opened.id();
        String fresh = "?minPosition=" + opened.body().path("position").asLong();
        for (String of : List.of("", "/conversation", "/timeline", "/links", "/attachments")) {
            assertThat(agent.get(path + of + fresh).status()).isEqualTo(200);
        }
        List<JsonNode> all = records("?ticket=" + opened.id(), 5);
        var paged = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            JsonNode page = auditor.get(ACCESS + "?ticket=" + opened.id() + "&limit=2" + cursor)
                    .body();
            page.path("items").forEach(paged::add);
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asString();
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(all);
    }
}
