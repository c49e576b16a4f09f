package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The calls that the README and the demo print are run as they stand there. */
class PrintedCallsTest {

    private static final Pattern CURL = Pattern.compile("curl -s.*?(?<!\\\\)(?=\\n|$)", Pattern.DOTALL);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RunningApplication app = RunningApplication.shared();
    private final String token = DevelopmentIssuer.of(app.data())
            .issue(
                    EnumSet.of(Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OPERATOR),
                    "ana@example.org",
                    "Ana",
                    Instant.now(),
                    Duration.ofHours(1));

    @BeforeAll
    static void curl() {
        assumeTrue(
                List.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin").stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "curl"))),
                "curl is not installed: the printed calls are not tried");
    }

    @Test
    void theFiveCallsOfTheDemo() throws Exception {
        List<String> calls = calls(DemoCommand.invitation(app.url(""), token));
        assertThat(calls).hasSize(5);
        List<JsonNode> answers = new ArrayList<>();
        for (String call : calls) {
            answers.add(run(call));
        }
        assertThat(answers.get(0).path("number").asString()).startsWith("HD-");
        assertThat(answers.get(1).path("items").isArray()).isTrue();
        assertThat(answers.get(2).path("items").isArray()).isTrue();
        assertThat(answers.get(3).path("items").path(0).path("event").asString())
                .isEqualTo("TicketOpened");
        assertThat(answers.get(4).path("items").size()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void theCallsOfTheReadme() throws Exception {
        List<String> calls = calls(Files.readString(Path.of("..", "README.md")));
        assertThat(calls).hasSize(3);
        JsonNode opened = run(calls.get(0).replace("localhost:8080", app.url("")));
        assertThat(opened.path("number").asString()).startsWith("HD-");
        assertThat(opened.path("version").asLong()).isEqualTo(1);
        assertThat(opened.path("position").asLong()).isPositive();
        JsonNode found = run(calls.get(1).replace("localhost:8080", app.url("")));
        assertThat(found.path("items").isArray()).isTrue();
        long before = opened.path("position").asLong() - 1;
        assertThat(followed(calls.get(2)
                        .replace("localhost:8080", app.url(""))
                        .replaceFirst("after=\\d+", "after=" + before)))
                .contains("id: ", "\"event\":\"ticket.opened\"");
    }

    private static List<String> calls(String text) {
        List<String> calls = new ArrayList<>();
        Matcher matcher = CURL.matcher(text);
        while (matcher.find()) {
            calls.add(matcher.group());
        }
        return calls;
    }

    /** What comes within some seconds of a call that does not end by itself. */
    private String followed(String call) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", call.replaceFirst("curl", "curl --max-time 5"));
        builder.environment().put("TOKEN", token);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** As a shell would run it; an answer of 400 or more fails. */
    private JsonNode run(String call) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", call.replaceFirst("curl -s", "curl -fsS -s"));
        builder.environment().put("TOKEN", token);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(call + "\n" + output).isZero();
        return JSON.readTree(output);
    }
}
