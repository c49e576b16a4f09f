package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.cli.Hindsight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of {@code ./hindsight} in a process of its own, to be waited for or killed. */
record CommandProcess(Process process, Path output) implements AutoCloseable {

    static CommandProcess start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "-XX:+UseG1GC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Hindsight.class.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("hindsight-command", ".log");
        output.toFile().deleteOnExit();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new CommandProcess(
                builder.redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    /** Waits for its end. */
    String ends(int exitCode) throws IOException, InterruptedException {
        assertThat(process.waitFor(3, TimeUnit.MINUTES))
                .as("it ends: " + said())
                .isTrue();
        assertThat(process.exitValue()).as(said()).isEqualTo(exitCode);
        return said();
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
