package dev.hindsight.ops.acceptance;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.bundle.BundleVerifier;
import dev.hindsight.ops.bundle.Verdict;
import dev.hindsight.ops.bundle.Verdict.Finding;
import dev.hindsight.ops.bundle.Verdict.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What auditors take along proves itself, shows what it should, and nothing that it should not. */
class AuditExportsTest {

    private static final String EXPORTS = "/api/v1/audit/exports";

    @TempDir
    Path folder;

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person auditor = app.as(Role.AUDITOR, "audrey@example.org");
    private final String secret = "platypus" + UUID.randomUUID();

    private Answer ticket() {
        Answer opened = agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"" + secret + "\",\"requester\":{\"email\":\"lee@example.org\",\"name\":\"Lee\"}}");
        assertThat(opened.status()).isEqualTo(201);
        assertThat(agent.post("/api/v1/tickets", "{\"subject\":\"another\"}").status())
                .isEqualTo(201);
        assertThat(agent.post("/api/v1/tickets/" + opened.id() + "/notes", "{\"body\":\"note " + secret + "\"}")
                        .status())
                .isEqualTo(201);
        return opened;
    }

    private Answer export(String body) {
        Answer made = auditor.post(EXPORTS, body);
        assertThat(made.status()).as(made.raw().body()).isEqualTo(201);
        assertThat(made.header("Location")).isEqualTo(EXPORTS + "/" + made.id());
        return made;
    }

    private Path bundle(Answer made) throws Exception {
        Path file = folder.resolve(made.id() + ".zip");
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Path> answer = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    app.url(made.body().path("bundle").asString())))
                            .header("Authorization", "Bearer " + auditor.token())
                            .header("Accept", "application/zip")
                            .build(),
                    BodyHandlers.ofFile(file));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/zip");
            assertThat(answer.headers().firstValue("Content-Disposition"))
                    .hasValue("attachment; filename=\"hindsight-export-" + made.id() + ".zip\"");
        }
        return file;
    }

    private static String key(Path bundle) throws IOException {
        return part(bundle, "key.txt").strip();
    }

    private static String part(Path bundle, String name) throws IOException {
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            return new String(zip.getInputStream(zip.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String proved(Verdict verdict) {
        assertThat(verdict.good()).as(verdict.toString()).isTrue();
        return verdict.findings().stream()
                .filter(finding -> finding.kind() == Kind.PROVED)
                .map(Finding::text)
                .collect(joining("\n"));
    }

    @Test
    void a_ticket_with_all_that_was_said() throws Exception {
        Answer ticket = ticket();

        Answer made = export("{\"tickets\":[\"" + ticket.id() + "\"],\"reason\":\"case 12\"}");
        Path bundle = bundle(made);

        String vkey = key(bundle);
        assertThat(auditor.get("/api/v1/audit/keys").raw().body()).contains(vkey);
        assertThat(proved(BundleVerifier.verify(bundle, vkey, null)))
                .contains(
                        "2 of them with their content",
                        "have no other event up to position "
                                + made.body().path("size").asLong());
        assertThat(part(bundle, "events.ndjson"))
                .contains(secret, "note " + secret)
                .doesNotContain("another");
        assertThat(auditor.get(EXPORTS + "/" + made.id()).body()).isEqualTo(made.body());
    }

    @Test
    void by_number_alone_and_without_personal_content() throws Exception {
        Answer ticket = ticket();
        agent.get("/api/v1/tickets/" + ticket.id() + "?minPosition=" + app.after(ticket));
        String number = ticket.body().path("number").asString();

        Path bundle = bundle(export(
                "{\"tickets\":[\"" + number + "\"],\"complete\":false,\"personal\":false,\"reason\":\"case 12\"}"));

        assertThat(proved(BundleVerifier.verify(bundle, key(bundle), null)))
                .contains("2 events stand in the log", "Nothing was left out between the first and the last event");
        assertThat(part(bundle, "events.ndjson")).contains("ticket.opened").doesNotContain(secret);
        assertThat(part(bundle, "salts.tsv")).isEmpty();
    }

    @Test
    void a_time_and_a_checkpoint_that_was_kept() throws Exception {
        Answer kept = auditor.post("/api/v1/audit/checkpoints", null);
        assertThat(kept.status()).as(kept.raw().body()).isBetween(200, 201);
        String note = kept.body().path("checkpoint").asString();
        Answer ticket = ticket();
        String opened = auditor.get("/api/v1/tickets/" + ticket.id() + "/timeline?minPosition=" + app.after(ticket))
                .body()
                .at("/items/0/recordedAt")
                .asString();

        Path bundle =
                bundle(export("{\"from\":\"" + opened + "\",\"to\":\"2999-01-01T00:00:00Z\",\"reason\":\"case 12\"}"));

        assertThat(proved(BundleVerifier.verify(bundle, key(bundle), note)))
                .contains("Complete: every event of positions " + ticket.position(), "were not rewritten since");
        assertThat(part(bundle, "events.ndjson")).contains(secret, "another");
    }

    @Test
    void what_cannot_be_exported_is_refused_by_name() {
        assertThat(auditor.post(EXPORTS, "{\"tickets\":[\"" + UUID.randomUUID() + "\"],\"reason\":\"x\"}")
                        .status())
                .isEqualTo(400);
        assertThat(auditor.post(EXPORTS, "{\"tickets\":[\"HD-99999999\"],\"reason\":\"x\"}")
                        .raw()
                        .body())
                .contains("there is no ticket HD-99999999");
        for (String body : new String[] {
            "{\"reason\":\"x\"}",
            "{\"tickets\":[],\"reason\":\"x\"}",
            "{\"tickets\":[\"HD-1\"],\"filter\":{},\"reason\":\"x\"}",
            "{\"from\":\"2026-01-01T00:00:00Z\",\"reason\":\"x\"}",
            "{\"from\":\"1999-01-01T00:00:00Z\",\"to\":\"1999-01-02T00:00:00Z\",\"reason\":\"x\"}",
            "{\"filter\":{\"colour\":\"red\"},\"reason\":\"x\"}",
            "{\"tickets\":[\"HD-1\"]}",
            "{\"tickets\":[\"HD-1\"],\"reason\":\"two\\nlines\"}"
        }) {
            Answer refused = auditor.post(EXPORTS, body);
            assertThat(refused.status()).as(body + refused.raw().body()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("INVALID_REQUEST");
        }
        assertThat(auditor.get(EXPORTS + "/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(agent.post(EXPORTS, "{\"tickets\":[\"HD-1\"],\"reason\":\"x\"}")
                        .status())
                .isEqualTo(403);
    }
}
