package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no honest client sends is answered with a problem of the caller, and costs the server nothing. */
class HostileRequestsTest {

    private static final String MULTIPART = "multipart/form-data; boundary=B";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");

    @ParameterizedTest
    @ValueSource(strings = {"/api/version", "/actuator/health", "/v3/api-docs"})
    void nobodyUploadsPartsWhereNoCallTakesThem(String open) {
        Answer answer = app.withToken("").post(open, "--B\r\n", "Content-Type", MULTIPART);
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void partsAreForImportsAndForOperators() {
        assertThat(agent.post("/api/v1/tickets", "--B--", "Content-Type", MULTIPART)
                        .status())
                .isEqualTo(415);
        assertThat(agent.post("/ops/v1/imports", "--B--", "Content-Type", MULTIPART)
                        .status())
                .isEqualTo(403);
        String cut = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc";
        Answer answer =
                app.as(Role.OPERATOR, "olga@example.org").post("/ops/v1/imports", cut, "Content-Type", MULTIPART);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("INVALID_REQUEST");
    }

    @Test
    void anErrorOfTheWholeBodyBeginsWithAWord() {
        String cut = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc";
        Answer answer = agent.post(ticket() + "/attachments", cut, "Content-Type", MULTIPART);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("detail").asString()).startsWith("must be well-formed multipart");
    }

    private String ticket() {
        return "/api/v1/tickets/"
                + Desks.ok(agent.post("/api/v1/tickets", "{\"subject\":\"hostile\"}"))
                        .id();
    }

    /** What comes back of a file: a name of one line that leads nowhere, and bytes that no browser shows or runs. */
    private String nameAfterDownload(String ticket, Answer uploaded) {
        Answer file = agent.get(
                ticket + "/attachments/" + MultipartFiles.firstId(uploaded) + "?minPosition=" + uploaded.position());
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.raw().headers().allValues("Content-Disposition"))
                .singleElement()
                .asString()
                .startsWith("attachment; filename")
                .doesNotContain("/", "\\", "\r", "\n");
        assertThat(file.raw().headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(file.raw().headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .contains("default-src 'none'", "sandbox");
        assertThat(file.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(file.header("Set-Cookie")).isNull();
        assertThat(file.header("X-Evil")).isNull();
        return uploaded.body().path("attachments").path(0).path("name").asString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "filename=\"../../x\" | x",
                "filename=\"..\\\\..\\\\x\" | x",
                "filename=\"/etc/passwd\" | passwd",
                "filename=\"a%0D%0AX-Evil: 1\" | a%0D%0AX-Evil: 1",
                "filename*=UTF-8''a%0D%0AX-Evil:%201 | a X-Evil: 1",
                "filename*=UTF-8''..%2F..%2Fx | x",
                "filename=\"\" | attachment",
                "filename=\"...\" | attachment",
                "filename=\"a.html;filename=b\" | a.html;filename=b"
            })
    void namesOfFilesAreTamed(String given, String kept) {
        String ticket = ticket();
        Answer uploaded = MultipartFiles.upload(
                agent,
                ticket,
                MultipartFiles.parts(
                        MultipartFiles.raw("Content-Disposition: form-data; name=\"file\"; " + given + "\r\n\r\nx")));
        assertThat(nameAfterDownload(ticket, uploaded)).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "TEXT/HTML; charset=utf-8",
                "image/svg+xml",
                "application/xhtml+xml",
                "text/javascript",
                "text/xml",
                "multipart/x-mixed-replace",
                "*/*",
                "nonsense",
                "text/html\r\nX-Evil: 1"
            })
    void whatABrowserWouldRunIsOnlySaved(String type) {
        String ticket = ticket();
        Answer uploaded = MultipartFiles.upload(
                agent, ticket, MultipartFiles.parts(MultipartFiles.part("a.html", type, "<script>alert(1)</script>")));
        assertThat(nameAfterDownload(ticket, uploaded)).isEqualTo("a.html");
    }

    @Test
    void uploadsThatAreNoneLeaveNothing() throws IOException {
        String ticket = ticket();
        String file = MultipartFiles.part("a.txt", "text/plain", "x");
        for (Answer refused : List.of(
                MultipartFiles.upload(agent, ticket, file + file.substring(0, file.length() - 3)),
                MultipartFiles.upload(agent, ticket, file.substring(0, 30)),
                MultipartFiles.upload(agent, ticket, ""),
                MultipartFiles.upload(
                        agent,
                        ticket,
                        MultipartFiles.parts(MultipartFiles.part("a".repeat(10_000), "text/plain", "x"))),
                MultipartFiles.upload(
                        agent, ticket, MultipartFiles.parts(file, MultipartFiles.part("a.exe", "text/plain", "MZ"))),
                MultipartFiles.upload(agent, ticket, MultipartFiles.parts(file), "Content-Type", "multipart/form-data"),
                MultipartFiles.upload(agent, ticket, MultipartFiles.parts(file), "Content-Type", "multipart/mixed"),
                MultipartFiles.upload(agent, ticket, MultipartFiles.parts(file), "Content-Type", "application/json"))) {
            assertThat(refused.status()).as(refused.raw().body()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("INVALID_REQUEST");
        }
        String lines = "POST " + ticket + "/attachments HTTP/1.1\r\nAuthorization: Bearer " + agent.token()
                + "\r\nContent-Type: " + MultipartFiles.TYPE + "\r\nContent-Length: ";
        problem(exchange(lines + "99999999999"), 413, "BODY_TOO_LARGE");
        // Ends before it should: nobody may be there to be told, but nothing stays.
        assertThat(exchange(lines + "5000", file + file.substring(0, file.length() - 3)))
                .doesNotContain("HTTP/1.1 2", "HTTP/1.1 5");
        assertThat(agent.get(ticket + "/attachments").body().path("items")).isEmpty();
        assertThat(agent.get(ticket).body().path("version").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "%00", "..;", "*", "00000000-0000-0000-0000-000000000000", "1%20or%201=1"})
    void aFileThatIsNoneIsNotFound(String id) {
        String file = ticket() + "/attachments/" + id;
        for (Answer answer : List.of(agent.get(file), agent.delete(file))) {
            assertThat(answer.status()).as(answer.raw().body()).isBetween(400, 404);
            assertThat(answer.code()).isIn("NOT_FOUND", "INVALID_REQUEST");
        }
    }

    @Test
    void aWildcardIsNoContentType() {
        assertThat(agent.post("/api/v1/tickets", "{}", "Content-Type", "*/*").status())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/tickets?text=%ff",
                "/api/v1/search?q=%zz",
                "/api/v1/search/suggestions?q=%ed%a0%80",
                "/api/v1//tickets",
                "/api/v1/tickets/%2e%2e/people/me",
                "/api/v1/tickets;a=b"
            })
    void whatCanNotBeReadIsInvalid(String address) throws IOException {
        String answer = raw("GET " + address);
        assertThat(answer).startsWith("HTTP/1.1 400").contains("application/problem+json", "INVALID_REQUEST");
        assertThat(answer).contains("\"requestId\":\"").doesNotContain("\"path\"", "Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/tickets/a%2Fb HTTP/1.1",
                "GET /api/v1/tickets/a%5Cb HTTP/1.1",
                "GET /api/v1/tickets/<b> HTTP/1.1",
                "GET /api/v1/../../secret HTTP/1.1",
                "GET /api/v1/tickets HTTP/1.1\r\nNo colon",
                "GET /api/v1/tickets HTTP/1.1\r\nContent-Length: -1",
                "G{T /api/v1/tickets HTTP/1.1"
            })
    void whatTheServerItselfCanNotReadIsAProblem(String lines) throws IOException {
        problem(exchange(lines), 400, "INVALID_REQUEST");
    }

    @Test
    void headersThatAreTooLongAreAProblem() throws IOException {
        problem(exchange("GET /api/v1/tickets HTTP/1.1\r\nX-Long: " + "x".repeat(9_000)), 400, "INVALID_REQUEST");
        problem(exchange("GET /" + "x".repeat(9_000) + " HTTP/1.1"), 400, "INVALID_REQUEST");
    }

    @Test
    void methodsThatAreNotTakenAreAProblem() throws IOException {
        problem(exchange("FOO /api/v1/tickets HTTP/1.1"), 501, "NOT_IMPLEMENTED");
        problem(exchange("PROPFIND /api/v1/tickets HTTP/1.1"), 501, "NOT_IMPLEMENTED");
        problem(exchange("TRACE /api/v1/tickets HTTP/1.1"), 405, "METHOD_NOT_ALLOWED");
    }

    private static void problem(String answer, int status, String code) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .contains("application/problem+json", "\"code\":\"" + code + "\"", "\"requestId\":\"")
                .doesNotContainIgnoringCase("<html", "tomcat", "apache", "exception", "\"requestId\":null");
    }

    @Test
    void aQueryThatIsNotUnderstoodIsPointedAt() {
        Answer answer = agent.get("/api/v1/search?q=printer%20foo:bar");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("INVALID_REQUEST");
        assertThat(answer.body().path("errors").path(0).path("field").asString())
                .isEqualTo("q");
        assertThat(answer.body().path("errors").path(0).path("message").asString())
                .startsWith("column 9: there is no field of this name");
    }

    @Test
    void theErrorPageIsNothing() {
        Answer answer = agent.get("/error");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("NOT_FOUND");
    }

    @Test
    void whoeverCallsForTheFirstTimeFindsThemselves() {
        String email = UUID.randomUUID() + "@example.org";
        Answer me = app.as(Role.REQUESTER, email).get("/api/v1/people/me");
        assertThat(me.status()).isEqualTo(200);
        assertThat(me.body().path("email").asString()).isEqualTo(email);
    }

    /** As it stands, without a client that would mend it. */
    private String raw(String request) throws IOException {
        return exchange(request + " HTTP/1.1\r\nAuthorization: Bearer " + agent.token());
    }

    private String exchange(String lines) throws IOException {
        return exchange(lines, "");
    }

    /**
     * @param lines the request line and headers, without the last line's end
     * @param body all that is sent of it
     */
    private String exchange(String lines, String body) throws IOException {
        URI uri = URI.create(app.url("/"));
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write((lines + "\r\nHost: localhost\r\nConnection: close\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            if (!body.isEmpty()) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
