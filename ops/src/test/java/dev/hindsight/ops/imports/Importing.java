package dev.hindsight.ops.imports;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Imports over HTTP and looks at what came of it in the read model. */
final class Importing {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final Map<String, String> STATUS_OF = Map.of(
            "TicketImported", "NEW",
            "WorkStarted", "OPEN",
            "TicketResumed", "OPEN",
            "TicketReopened", "OPEN",
            "TicketPended", "PENDING",
            "TicketPutOnHold", "ON_HOLD",
            "TicketResolved", "RESOLVED",
            "TicketClosed", "CLOSED");

    private final RunningApplication app;
    private final String token;
    private final JdbcClient sql;
    private final HttpClient http = HttpClient.newHttpClient();

    Importing(RunningApplication app, Role role) {
        this.app = app;
        this.token = DevelopmentIssuer.of(app.data())
                .issue(EnumSet.of(role), "ops@example.org", null, Instant.now(), Duration.ofHours(1));
        this.sql = JdbcClient.create(app.installation().postgres().dataSource("hindsight"));
    }

    record Reply(int status, JsonNode body) {}

    Reply start(String csv, String mapping) throws IOException, InterruptedException {
        String edge = "edge-of-the-test";
        String body = part(edge, "file", "log.csv", csv) + part(edge, "mapping", "mapping.yaml", mapping) + "--" + edge
                + "--\r\n";
        return send(request("/ops/v1/imports")
                .header("Content-Type", "multipart/form-data; boundary=" + edge)
                .POST(BodyPublishers.ofString(body)));
    }

    private static String part(String edge, String name, String file, String content) {
        return "--" + edge + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + file
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
    }

    /** Starts an import and waits until it has ended and the read model shows it. */
    JsonNode run(String csv, String mapping) throws IOException, InterruptedException {
        Reply started = start(csv, mapping);
        if (started.status() != 202) {
            throw new AssertionError("not accepted: " + started);
        }
        JsonNode job = started.body();
        Instant until = Instant.now().plus(PATIENCE);
        while (job.path("state").asString("").equals("RUNNING")) {
            pause(until);
            job = send(request("/ops/v1/imports/" + job.path("id").asString("")).GET())
                    .body();
        }
        long head = sql.sql("select coalesce(max(first_position + events - 1), 0) from log.placement")
                .query(Long.class)
                .single();
        while (behind(head)) {
            pause(until);
        }
        return job;
    }

    private boolean behind(long head) {
        return sql.sql(
                                "select count(*) from readmodel.generation where model in ('tickets', 'directory', 'ticket-past')"
                                        + " and position < ?")
                        .param(head)
                        .query(Long.class)
                        .single()
                > 0;
    }

    private static void pause(Instant until) throws InterruptedException {
        if (Instant.now().isAfter(until)) {
            throw new AssertionError("took too long");
        }
        Thread.sleep(50); // between two looks
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(app.url(path)))
                .timeout(Duration.ofMinutes(2))
                .header("Authorization", "Bearer " + token);
    }

    private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        return new Reply(response.statusCode(), JSON.readTree(response.body()));
    }

    long ticketEvents() {
        return sql.sql("select count(*) from log.event where stream like 'ticket-%'")
                .query(Long.class)
                .single();
    }

    Map<String, String> status(String source) {
        return pairs("select import_case, status from %s where import_source = ?", source);
    }

    Map<String, String> assignee(String source) {
        return pairs(
                "select t.import_case, p.name from %s t join " + table("person", "directory")
                        + " p on p.id = t.assignee where t.import_source = ? and p.source = t.import_source",
                source);
    }

    /** Cases by the ids of their tickets. */
    Map<String, String> cases(String source) {
        return pairs("select id::text, import_case from %s where import_source = ?", source);
    }

    String ticketOf(String source, String caseId) {
        return pairs("select import_case, id::text from %s where import_source = ?", source)
                .getOrDefault(caseId, "no such case");
    }

    /** Values of a custom field by case, cases without one left out. */
    Map<String, String> field(String source, String key) {
        Map<String, String> values =
                pairs("select import_case, custom_fields ->> '" + key + "' from %s where import_source = ?", source);
        values.values().removeIf(Objects::isNull);
        return values;
    }

    private Map<String, String> pairs(String query, String source) {
        Map<String, String> pairs = new TreeMap<>();
        sql.sql(query.formatted(table("ticket", "tickets"))).param(source).query(row -> {
            pairs.put(row.getString(1), row.getString(2));
        });
        return pairs;
    }

    /** How often each status was entered on each UTC day, by the times of the events. */
    Map<String, Integer> entered(String source) {
        Map<String, Integer> entered = new TreeMap<>();
        sql.sql("select l.event, (l.occurred_at at time zone 'UTC')::date::text, count(*)::int from "
                        + table("ticket_timeline", "tickets") + " l join " + table("ticket", "tickets")
                        + " t on t.id = l.ticket_id where t.import_source = ? group by 1, 2")
                .param(source)
                .query(row -> {
                    String status = STATUS_OF.get(row.getString(1));
                    if (status != null) {
                        entered.merge(status + " " + row.getString(2), row.getInt(3), Integer::sum);
                    }
                });
        return entered;
    }

    private String table(String name, String model) {
        return "readmodel." + name + "_g"
                + sql.sql("select generation from readmodel.active_generation where model = ?"
                                + " order by definition_version desc limit 1")
                        .param(model)
                        .query(Integer.class)
                        .single();
    }
}
