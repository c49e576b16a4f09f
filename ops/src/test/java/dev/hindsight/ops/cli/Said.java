package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a command said, run in a process of its own against a server. */
public record Said(int exit, String out) {

    public static Said by(RunningApplication app, Person caller, String... arguments)
            throws IOException, InterruptedException {
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
        builder.environment().put("HINDSIGHT_TOKEN", caller.token());
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
