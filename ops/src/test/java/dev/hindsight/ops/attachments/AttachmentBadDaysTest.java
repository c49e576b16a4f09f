package dev.hindsight.ops.attachments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.attachments.ContentCleaner;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.acceptance.ServerProcess;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Large files in little memory, a server that is killed while it receives, and what the cleaner makes of it. */
class AttachmentBadDaysTest {

    private static final int MEBIBYTES = 100;
    private static final String MULTIPART = "multipart/form-data; boundary=B";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aLargeFileFitsAndAKillLeavesOnlyAnOrphanThatIsCleaned() throws Exception {
        String ticket;
        try (ServerProcess server =
                ServerProcess.start(data, "224m", Map.of("HINDSIGHT_ATTACHMENTS_MAXFILESIZE", "200MB"))) {
            String url = server.url();
            String token = DevelopmentIssuer.of(data)
                    .issue(EnumSet.of(Role.AGENT), "ana@example.org", null, Instant.now(), Duration.ofHours(1));
            ticket = "/api/v1/tickets/"
                    + JSON.readTree(post(url + "/api/v1/tickets", token, "application/json", List.of("""
                            {"subject":"Jam","requester":{"email":"lee@example.org"}}""".getBytes(
                                            StandardCharsets.UTF_8))))
                            .path("id")
                            .asString();
            large(url + ticket, token);
            long before = contents();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                OutputStream out = socket.getOutputStream();
                out.write(("POST " + ticket + "/attachments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                + token + "\r\nContent-Type: " + MULTIPART + "\r\nContent-Length: 100000\r\n\r\n"
                                + head("first.txt") + "stored\r\n" + head("second.txt") + "never whole")
                        .getBytes(StandardCharsets.US_ASCII));
                out.flush();
                eventually(Duration.ofSeconds(60), () -> contents() == before + 1);
                server.kill();
            }
        }

        try (RunningApplication again = RunningApplication.in(data, Map.of("hindsight.attachments.grace", "1s"))) {
            Person agent = again.as(Role.AGENT, "ana@example.org");
            assertThat(agent.get(ticket + "/attachments").body().path("items").size())
                    .isEqualTo(1); // the large one
            assertThat(data.resolve("attachments/incoming")).isEmptyDirectory();
            assertThat(contents()).isEqualTo(2);
            JdbcTemplate jdbc = new JdbcTemplate(again.context().getBean(javax.sql.DataSource.class));
            ContentCleaner cleaner = again.context().getBean(ContentCleaner.class);
            jdbc.update("update command.attachment_content set look_at = now() - interval '1 second'");
            cleaner.clean();
            assertThat(contents()).isEqualTo(1);
            assertThat(jdbc.queryForObject("select count(*) from command.attachment_content", Long.class))
                    .isEqualTo(1);

            String large = agent.get(ticket + "/attachments")
                    .body()
                    .path("items")
                    .path(0)
                    .path("id")
                    .asString();
            Answer removed = agent.delete(ticket + "/attachments/" + large);
            assertThat(removed.status()).isEqualTo(200);
            cleaner.clean();
            assertThat(contents()).isEqualTo(1); // its grace has not passed
            jdbc.update("update command.attachment_content set look_at = now() - interval '1 second'");
            cleaner.clean();
            assertThat(contents()).isZero();
            assertThat(agent.get(ticket + "/timeline?minPosition=" + removed.position())
                            .raw()
                            .body())
                    .contains("AttachmentAdded", "AttachmentRemoved");
        }
    }

    /** The server's whole heap is little more than twice the file. */
    private void large(String ticket, String token) throws Exception {
        byte[] block = new byte[1024 * 1024];
        new Random(7).nextBytes(block);
        MessageDigest sent = Vault.sha256();
        List<byte[]> body = new ArrayList<>();
        body.add(head("large.bin").getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < MEBIBYTES; i++) {
            body.add(block);
            sent.update(block);
        }
        body.add("\r\n--B--\r\n".getBytes(StandardCharsets.US_ASCII));
        var uploaded = JSON.readTree(post(ticket + "/attachments", token, MULTIPART, body));
        String sha256 = HexFormat.of().formatHex(sent.digest());
        var file = uploaded.path("attachments").path(0);
        assertThat(file.path("size").asLong()).isEqualTo(MEBIBYTES * 1024L * 1024L);
        assertThat(file.path("sha256").asString()).isEqualTo(sha256);
        HttpResponse<InputStream> answer = http.send(
                HttpRequest.newBuilder(URI.create(ticket + "/attachments/"
                                + file.path("id").asString() + "?minPosition="
                                + uploaded.path("position").asLong()))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        MessageDigest received = Vault.sha256();
        try (InputStream in = answer.body()) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                received.update(block, 0, n);
            }
        }
        assertThat(HexFormat.of().formatHex(received.digest())).isEqualTo(sha256);
    }

    private String post(String url, String token, String type, List<byte[]> body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofByteArrays(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return answer.body();
    }

    private static String head(String name) {
        return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    }

    /** Whole contents in the store. */
    private long contents() {
        try (Stream<Path> all = Files.walk(data.resolve("attachments"))) {
            return all.filter(file -> file.getFileName().toString().length() == 64)
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void eventually(Duration within, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(within);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("in time").isBefore(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
