package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.demo.DemoFill;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
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
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final List<String> READS = List.of(
            "/api/v1/tickets?limit=50&status=NEW,OPEN&priority=P2,P3&sort=-updatedAt",
            "/api/v1/tickets?limit=50&assignee=none&text=printer",
            "{ticket}?minPosition={position}",
            "{ticket}/conversation",
            "{ticket}/timeline",
            "/api/v1/search?q=printer%20status:new&limit=20",
            "/api/v1/search/suggestions?q=pri",
            "/api/v1/queues/summaries",
            "/api/v1/people/me",
            "/ops/v1/projections",
            "/actuator/health");

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
        try (var server = new ServerClient(URI.create("http://127.0.0.1:" + port), token)) {
            for (int round = 0; round < ROUNDS; round++) {
                String ticket = "/api/v1/tickets/"
                        + server.post("/api/v1/tickets", opening(round))
                                .path("id")
                                .asString();
                server.post(ticket + "/replies", JSON.createObjectNode().put("body", "We have a look."));
                String position = server.send(server.request(ticket + "/status")
                                .header("Content-Type", "application/json")
                                .header("If-Match", "*")
                                .PUT(BodyPublishers.ofString("{\"status\": \"OPEN\"}")))
                        .path("position")
                        .asString();
                for (String path : READS) {
                    server.get(path.replace("{ticket}", ticket).replace("{position}", position));
                }
            }
        }
        return false;
    }

    private static JsonNode opening(int round) {
        var opening = JSON.createObjectNode();
        opening.put("subject", "Printer in room " + round + " is jammed")
                .put("description", "It says E-" + round + ".")
                .put("impact", 2)
                .put("urgency", 3)
                .putObject("requester")
                .put("email", "lee" + round + "@example.org");
        return opening;
    }
}
