package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.demo.DemoFill;
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
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;

/**
 * Starts an installation, works with it for some seconds and ends: the program {@code hindsight} runs it once after a
 * build, while the JVM records what it loads, links and finds busy (JEP 483, 514 and 515), so that later starts take
 * half the time. Only for a folder that is thrown away.
 */
@Command(
        name = "train",
        hidden = true,
        description = "Work for some seconds on a folder to be thrown away, so that the JVM can record it.")
final class TrainCommand extends RunCommand {

    private static final int HISTORY = 300;
    private static final int ROUNDS = 150;
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final List<String> READS = List.of(
            "/api/v1/tickets?limit=50&status=NEW,OPEN&priority=P2,P3&sort=-updatedAt",
            "/api/v1/tickets?limit=50&assignee=none&text=printer",
            "/api/v1/tickets/{id}?minPosition={position}",
            "/api/v1/tickets/{id}/conversation",
            "/api/v1/tickets/{id}/timeline",
            "/api/v1/search?q=printer%20status:new&limit=20",
            "/api/v1/search/suggestions?q=pri",
            "/api/v1/queues/summaries",
            "/api/v1/people/me",
            "/ops/v1/projections",
            "/actuator/health",
            "/actuator/prometheus");

    @Override
    boolean development() {
        return true;
    }

    @Override
    boolean ready(ConfigurableApplicationContext application, int port) throws InterruptedException {
        DemoFill.of(application).fill(data().directory(), HISTORY, (done, of) -> {});
        String token = DevelopmentIssuer.of(data().directory())
                .issue(
                        EnumSet.of(Role.AGENT, Role.OPERATOR),
                        "training@example.org",
                        null,
                        Instant.now(),
                        Duration.ofMinutes(10));
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (int round = 0; round < ROUNDS; round++) {
                String id = JSON.readTree(send(
                                http,
                                request(port, token, "/api/v1/tickets")
                                        .POST(BodyPublishers.ofString("""
                                        {"subject": "Printer in room %1$d is jammed", "description": "It says E-%1$d.",
                                         "impact": 2, "urgency": 3, "requester": {"email": "lee%1$d@example.org"}}""".formatted(round)))))
                        .path("id")
                        .asString();
                send(
                        http,
                        request(port, token, "/api/v1/tickets/" + id + "/replies")
                                .POST(BodyPublishers.ofString("{\"body\": \"We have a look.\"}")));
                String position = JSON.readTree(send(
                                http,
                                request(port, token, "/api/v1/tickets/" + id + "/status")
                                        .PUT(BodyPublishers.ofString("{\"status\": \"OPEN\"}"))))
                        .path("position")
                        .asString();
                for (String path : READS) {
                    String of = path.replace("{id}", id).replace("{position}", position);
                    send(http, request(port, token, of).GET());
                }
            }
        } catch (IOException e) {
            throw new CommandFailure("The training broke off: " + e.getMessage());
        }
        return false;
    }

    private static HttpRequest.Builder request(int port, String token, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("If-Match", "*");
    }

    private static String send(HttpClient http, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new CommandFailure("The training broke off: " + answer.uri() + " answered " + answer.statusCode()
                    + " " + answer.body());
        }
        return answer.body();
    }
}
