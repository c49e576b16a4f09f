package dev.hindsight.ops.attachments;

import static dev.hindsight.ops.acceptance.MultipartFiles.BOUNDARY;
import static dev.hindsight.ops.acceptance.MultipartFiles.TYPE;
import static dev.hindsight.ops.acceptance.MultipartFiles.firstId;
import static dev.hindsight.ops.acceptance.MultipartFiles.part;
import static dev.hindsight.ops.acceptance.MultipartFiles.parts;
import static dev.hindsight.ops.acceptance.MultipartFiles.upload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.ReadModelOperator;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files on tickets over HTTP, as their three kinds of people see them. */
class AttachmentsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person requester = app.as(Role.REQUESTER, "lee@example.org");
    private final Person stranger = app.as(Role.REQUESTER, "mallory@example.org");
    private final HttpClient http = HttpClient.newHttpClient();

    private String opened() {
        Answer opened = requester.post("/api/v1/tickets", "{\"subject\":\"Jam\",\"description\":\"See picture\"}");
        assertThat(opened.status()).isEqualTo(201);
        return "/api/v1/tickets/" + opened.id();
    }

    private HttpResponse<byte[]> download(Person by, String ticket, String id, long position) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(app.url(ticket + "/attachments/" + id + "?minPosition=" + position)))
                        .header("Authorization", "Bearer " + by.token())
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static List<String> names(Answer list) {
        assertThat(list.status()).as(list.raw().body()).isEqualTo(200);
        return list.body()
                .path("items")
                .valueStream()
                .map(it -> it.path("name").asString())
                .toList();
    }

    private String content(String attachment) {
        int generation = new ReadModelOperator(app.as(Role.OPERATOR, "olga@example.org"), Duration.ofMinutes(1))
                .generation("tickets");
        String content = new JdbcTemplate(app.context().getBean(javax.sql.DataSource.class))
                .queryForObject(
                        "select content from readmodel.ticket_attachment_g" + generation + " where id = ?",
                        String.class,
                        UUID.fromString(attachment));
        assertThat(content).hasSize(64);
        return content;
    }

    private Path stored(String content) {
        return app.data()
                .resolve("attachments")
                .resolve(content.substring(0, 2))
                .resolve(content.substring(2, 4))
                .resolve(content);
    }

    @Test
    void theSameBytesComeBackAndAreNeverShownOrRun() throws Exception {
        String ticket = opened();
        Answer uploaded = upload(
                requester, ticket, parts(part("Gr\u00fc\u00dfe.html", "text/html", "<script>alert(1)</script>")));
        assertThat(uploaded.header("Location")).isEqualTo(ticket + "/attachments/" + firstId(uploaded));
        assertThat(uploaded.etag()).isEqualTo("\"2\"");
        HttpResponse<byte[]> file = download(agent, ticket, firstId(uploaded), uploaded.position());
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(new String(file.body(), StandardCharsets.UTF_8)).isEqualTo("<script>alert(1)</script>");
        assertThat(file.headers().firstValue("Content-Type")).contains("application/octet-stream");
        assertThat(file.headers().firstValue("Content-Disposition").orElse(""))
                .startsWith("attachment;")
                .contains("filename*=UTF-8''Gr%C3%BC%C3%9Fe.html");
        assertThat(file.headers().allValues("X-Content-Type-Options")).containsOnly("nosniff");
        assertThat(file.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("sandbox");
        String content = content(firstId(uploaded));
        byte[] sealed = Files.readAllBytes(stored(content));
        assertThat(HexFormat.of().formatHex(Vault.sha256().digest(sealed))).isEqualTo(content);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("alert");
    }

    @Test
    void whatAnAgentUploadsForANoteReachesNoRequesterByAnyPath() throws Exception {
        String ticket = opened();
        String secret = "zymurgy-" + UUID.randomUUID() + ".txt";
        Answer uploaded = upload(agent, ticket, parts(part(secret, "text/plain", "the customer is a bore")));
        String id = firstId(uploaded);
        Answer note = agent.post(ticket + "/notes", "{\"body\":\"see\",\"attachmentIds\":[\"" + id + "\"]}");
        assertThat(note.status()).as(note.raw().body()).isEqualTo(201);
        JsonNode message = agent.get(ticket + "/conversation?minPosition=" + note.position())
                .body()
                .path("items")
                .path(1);
        assertThat(message.path("attachments").path(0).path("name").asString()).isEqualTo(secret);
        for (String path : List.of("", "/attachments", "/conversation", "/timeline")) {
            Answer read = requester.get(ticket + path + "?minPosition=" + note.position());
            assertThat(read.status()).isEqualTo(200);
            assertThat(read.raw().body()).as(path).doesNotContain("zymurgy", id, "Attachment\"", "AttachmentAdded");
        }
        assertThat(download(requester, ticket, id, note.position()).statusCode())
                .isEqualTo(404);
        assertThat(download(agent, ticket, id, note.position()).statusCode()).isEqualTo(200);
        assertThat(requester.delete(ticket + "/attachments/" + id).status()).isEqualTo(404);
        Answer taken = requester.post(ticket + "/replies", "{\"body\":\"x\",\"attachmentIds\":[\"" + id + "\"]}");
        assertThat(taken.status()).isEqualTo(400);
    }

    @Test
    void aPublicReplyShowsItsFilesToTheRequester() throws Exception {
        String ticket = opened();
        Answer uploaded =
                upload(agent, ticket, parts(part("a.png", "image/png", "A"), part("b.txt", "text/plain", "B")));
        assertThat(names(requester.get(ticket + "/attachments?minPosition=" + uploaded.position())))
                .isEmpty();
        String both = uploaded.body()
                .path("attachments")
                .valueStream()
                .map(it -> "\"" + it.path("id").asString() + "\"")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        Answer reply = agent.post(ticket + "/replies", "{\"body\":\"Look\",\"attachmentIds\":[" + both + "]}");
        assertThat(reply.status()).isEqualTo(201);
        Answer conversation = requester.get(ticket + "/conversation?minPosition=" + reply.position());
        JsonNode carried = conversation.body().path("items").path(1).path("attachments");
        assertThat(carried.valueStream().map(it -> it.path("name").asString())).containsExactly("a.png", "b.txt");
        assertThat(carried.path(0).path("internal").asBoolean()).isFalse();
        HttpResponse<byte[]> file = download(requester, ticket, firstId(uploaded), reply.position());
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(requester
                        .get(ticket + "/timeline?minPosition=" + reply.position())
                        .raw()
                        .body())
                .contains("\"field\":\"attachments\"", "a.png");
        assertThat(requester
                        .delete(ticket + "/attachments/" + firstId(uploaded))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void strangersLearnNothing() throws Exception {
        String ticket = opened();
        Answer uploaded = upload(requester, ticket, parts(part("a.txt", "text/plain", "mine")));
        String id = firstId(uploaded);
        assertThat(stranger.get(ticket + "/attachments?minPosition=" + uploaded.position())
                        .status())
                .isEqualTo(404);
        assertThat(download(stranger, ticket, id, uploaded.position()).statusCode())
                .isEqualTo(404);
        assertThat(upload(stranger, ticket, parts(part("a.txt", "text/plain", "x")))
                        .status())
                .isEqualTo(404);
        assertThat(stranger.delete(ticket + "/attachments/" + id).status()).isEqualTo(404);
        assertThat(upload(app.withToken(""), ticket, parts(part("a.txt", "text/plain", "x")))
                        .status())
                .isEqualTo(401);
        assertThat(upload(app.as(Role.AUDITOR, "otto"), ticket, parts(part("a.txt", "text/plain", "x")))
                        .status())
                .isEqualTo(403);
        assertThat(upload(agent, "/api/v1/tickets/" + UUID.randomUUID(), parts(part("a", "text/plain", "x")))
                        .status())
                .isEqualTo(404);
        // the same attachment is not another ticket's
        assertThat(download(agent, opened(), id, uploaded.position()).statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "../../etc/passwd, passwd",
                "C:\\\\temp\\\\a.txt, a.txt",
                "jpg.\u202Egpj.exe.txt, jpg.gpj.exe.txt",
                "`..`, attachment",
                "`a\u0007b.txt`, a b.txt"
            })
    void namesHaveNoFoldersAndNothingInvisible(String hostile, String kept) {
        Answer uploaded = upload(requester, opened(), parts(part(hostile, "text/plain", "x")));
        firstId(uploaded);
        assertThat(uploaded.body().path("attachments").path(0).path("name").asString())
                .isEqualTo(kept);
    }

    @Test
    void kindsThatAreDeniedAndBodiesThatAreBrokenLeaveNothing() throws IOException {
        String ticket = opened();
        long before = files();
        for (String body : List.of(
                parts(part("a.txt", "text/plain", "fine"), part("run.EXE", "image/png", "MZ")),
                parts(part("a.txt", "application/x-msdownload", "MZ")),
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n--" + BOUNDARY
                        + "--\r\n",
                "--" + BOUNDARY + "--\r\n",
                part("a.txt", "text/plain", "fine") + "--" + BOUNDARY + "\r\nContent-Disp",
                "nonsense")) {
            Answer refused = upload(requester, ticket, body);
            assertThat(refused.status()).as(refused.raw().body()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("INVALID_REQUEST");
        }
        String many = parts(Stream.generate(() -> part("a.txt", "text/plain", "x"))
                .limit(11)
                .toArray(String[]::new));
        Answer tooMany = upload(requester, ticket, many);
        assertThat(tooMany.status()).isEqualTo(413);
        assertThat(tooMany.code()).isEqualTo("TOO_MANY_FILES");
        assertThat(requester.post(ticket + "/attachments", "{}").status()).isEqualTo(400);
        assertThat(names(agent.get(ticket + "/attachments"))).isEmpty();
        assertThat(files()).isEqualTo(before);
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.walk(app.data().resolve("attachments"))) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void aRepeatedUploadAnswersAsTheFirstDid() {
        String ticket = opened();
        String key = UUID.randomUUID().toString();
        String body = parts(part("a.txt", "text/plain", "once"));
        Answer first = upload(requester, ticket, body, "Idempotency-Key", key);
        Answer again = upload(
                requester,
                ticket,
                body.replace(BOUNDARY, BOUNDARY + "2"),
                "Content-Type",
                "multipart/form-data; boundary=" + BOUNDARY + "2",
                "Idempotency-Key",
                key);
        assertThat(firstId(again)).isEqualTo(firstId(first));
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        Answer other = upload(requester, ticket, parts(part("a.txt", "text/plain", "twice")), "Idempotency-Key", key);
        assertThat(other.status()).isEqualTo(422);
        assertThat(names(agent.get(ticket + "/attachments?minPosition=" + first.position())))
                .containsExactly("a.txt");
    }

    @Test
    void whatIsTakenAwayIsGoneFromEveryReadButStaysInHistory() throws Exception {
        String ticket = opened();
        Answer uploaded = upload(requester, ticket, parts(part("gone.txt", "text/plain", "x")));
        Answer removed = requester.delete(ticket + "/attachments/" + firstId(uploaded));
        assertThat(removed.status()).isEqualTo(200);
        assertThat(requester
                        .delete(ticket + "/attachments/" + firstId(uploaded))
                        .body()
                        .path("version"))
                .isEqualTo(removed.body().path("version"));
        assertThat(names(agent.get(ticket + "/attachments?minPosition=" + removed.position())))
                .isEmpty();
        assertThat(download(agent, ticket, firstId(uploaded), removed.position())
                        .statusCode())
                .isEqualTo(404);
        assertThat(agent.get(ticket + "/timeline?minPosition=" + removed.position())
                        .raw()
                        .body())
                .contains("AttachmentAdded", "AttachmentRemoved", "gone.txt");
    }

    @Test
    void aLateReplyTakesItsFilesToTheFollowUp() throws Exception {
        String ticket = opened();
        agent.put(ticket + "/status", "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}", "If-Match", "*");
        agent.put(ticket + "/status", "{\"status\":\"CLOSED\"}", "If-Match", "*");
        Answer uploaded = upload(requester, ticket, parts(part("again.txt", "text/plain", "it is back")));
        Answer late = requester.post(
                ticket + "/replies", "{\"body\":\"Again\",\"attachmentIds\":[\"" + firstId(uploaded) + "\"]}");
        assertThat(late.status()).as(late.raw().body()).isEqualTo(201);
        assertThat(late.body().path("followUpOf").asString()).isNotEmpty();
        HttpResponse<byte[]> file =
                download(requester, "/api/v1/tickets/" + late.id(), firstId(uploaded), late.position());
        assertThat(new String(file.body(), StandardCharsets.UTF_8)).isEqualTo("it is back");
    }

    @Test
    void whatIsMissingOrWasChangedIsToldAndCounted() throws Exception {
        String ticket = opened();
        Answer uploaded = upload(requester, ticket, parts(part("a.txt", "text/plain", "precious")));
        String list = ticket + "/attachments?minPosition=" + uploaded.position();
        assertThat(names(agent.get(list))).containsExactly("a.txt");
        Path file = stored(content(firstId(uploaded)));
        byte[] sealed = Files.readAllBytes(file);
        sealed[sealed.length - 1] ^= 1;
        Files.write(file, sealed);
        double changed = damaged("changed");
        HttpResponse<byte[]> answer = download(agent, ticket, firstId(uploaded), 0);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(JSON.readTree(answer.body()).path("code").asString()).isEqualTo("ATTACHMENT_DAMAGED");
        assertThat(damaged("changed")).isEqualTo(changed + 1);
        Files.delete(file);
        double missing = damaged("missing");
        answer = download(agent, ticket, firstId(uploaded), 0);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(JSON.readTree(answer.body()).path("code").asString()).isEqualTo("ATTACHMENT_MISSING");
        assertThat(damaged("missing")).isEqualTo(missing + 1);
    }

    private double damaged(String how) {
        return app.context()
                .getBean(MeterRegistry.class)
                .get("hindsight.attachments.damaged")
                .tag("how", how)
                .counter()
                .count();
    }

    @Test
    void aFileOverTheLimitIsRefusedWhileItArrives() throws Exception {
        String ticket = opened();
        long before = files();
        HttpResponse<String> answer = send(ticket, 26);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("ATTACHMENT_TOO_LARGE");
        assertThat(files()).isEqualTo(before);
    }

    /** A file of so many MiB, made while it is sent. */
    private HttpResponse<String> send(String ticket, int mebibytes) throws Exception {
        byte[] block = new byte[1024 * 1024];
        new Random(7).nextBytes(block);
        String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big\"\r\n\r\n";
        var body = Stream.concat(
                        Stream.concat(
                                Stream.of(head.getBytes(StandardCharsets.US_ASCII)),
                                Stream.generate(() -> block).limit(mebibytes)),
                        Stream.of(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII)))
                .toList();
        return http.send(
                HttpRequest.newBuilder(URI.create(app.url(ticket + "/attachments")))
                        .header("Authorization", "Bearer " + requester.token())
                        .header("Content-Type", TYPE)
                        .POST(BodyPublishers.ofByteArrays(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
