package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line about read models, each call in a process of its own against a running server. */
class RebuildCommandsTest {

    private final RunningApplication app = RunningApplication.shared();

    private record Said(int exit, String out) {}

    @Test
    void modelsAreShownVerifiedAndRebuiltAndJobsTakeOrders() throws Exception {
        Said models = say("projections");
        assertThat(models.exit()).as(models.out()).isZero();
        assertThat(models.out()).contains("tickets", "directory", "ticket-search", "generation");

        Said verified = say("verify-projection", "directory");
        assertThat(verified.exit()).as(verified.out()).isZero();
        assertThat(verified.out()).contains("DONE", "0 differ");

        Said rebuilt = say("rebuild", "directory", "--manual", "--watch", "--json");
        assertThat(rebuilt.exit()).as(rebuilt.out()).isEqualTo(3);
        JsonNode job = JsonMapper.shared().readTree(rebuilt.out());
        assertThat(job.path("state").asString()).isEqualTo("READY");
        String id = job.path("id").asString();
        Said again = say("rebuild", "directory");
        assertThat(again.exit()).as(again.out()).isEqualTo(1);
        assertThat(again.out()).contains("REBUILD_RUNNING");
        assertThat(say("jobs").out()).contains(id, "jobs " + id + " --switch");
        Said switched = say("jobs", id, "--switch", "--watch");
        assertThat(switched.exit()).as(switched.out()).isZero();
        assertThat(switched.out()).contains("DONE");
        Said back = say("jobs", id, "--switch-back", "--reason", "as a drill", "--watch");
        assertThat(back.exit()).as(back.out()).isZero();
        assertThat(say("jobs", "--pause").exit()).isEqualTo(2);
        assertThat(say("verify-projection", "nothing").exit()).isEqualTo(1);
    }

    private Said say(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Hindsight.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("HINDSIGHT_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("HINDSIGHT_URL", app.url(""));
        builder.environment()
                .put(
                        "HINDSIGHT_TOKEN",
                        app.as(Role.OPERATOR, "olga@example.org").token());
        Process process = builder.start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            return new Said(process.exitValue(), out);
        } finally {
            process.destroyForcibly();
        }
    }
}
