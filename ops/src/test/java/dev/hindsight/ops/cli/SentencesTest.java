package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the command line is said in a sentence, with an exit code; each in a process of its own. */
class SentencesTest {

    private static final int FAILED = 1;
    private static final int WRONG = 2;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private record Said(int exit, String out, String err) {

        /** One sentence of ours on standard error, and at most a second line that says where to read on. */
        Said sentence(int code, String... parts) {
            assertThat(err).contains(parts).doesNotContain("Exception in", "\tat ", "dev.hindsight", "java.");
            assertThat(err.strip().lines()).as(err).hasSizeBetween(1, 2);
            assertThat(exit).as(err).isEqualTo(code);
            return this;
        }
    }

    @Test
    void aTakenPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Path data = folder.resolve("data");
            for (String[] run : new String[][] {{"serve", "--dev"}, {"demo"}}) {
                say(Map.of("SERVER_PORT", port), with(run, "--data", data.toString()))
                        .sentence(FAILED, "Port " + port + " can't be listened on", "set SERVER_PORT");
            }
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void noPort() throws Exception {
        say(Map.of("SERVER_PORT", "eighty"), "serve", "--dev", "--data", folder.toString())
                .sentence(FAILED, "SERVER_PORT is no port: eighty");
    }

    @Test
    void aDataFolderThatCanNotBeUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        for (Path data : List.of(file, file.resolve("below"))) {
            say(Map.of("SERVER_PORT", "0"), "serve", "--dev", "--data", data.toString())
                    .sentence(FAILED, "can't be used", file.toString());
        }
        assertThat(file).hasContent("no folder");
    }

    @Test
    void aTokenOfNoInstallation() throws Exception {
        Path nowhere = folder.resolve("nowhere");
        say(Map.of(), "token", "--role", "agent", "--user", "ana", "--data", nowhere.toString())
                .sentence(FAILED, "There is no development installation under " + nowhere);
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void wrongOptions() throws Exception {
        say(Map.of(), "serve", "--prot", "80").sentence(WRONG, "--prot", "See: hindsight serve --help");
        say(Map.of(), "demo", "--dev").sentence(WRONG, "--dev", "See: hindsight demo --help");
        say(Map.of(), "token", "--role", "king", "--user", "ana").sentence(WRONG, "Unknown role: king");
        say(Map.of(), "import", folder.resolve("none.csv").toString(), "--mapping", "none.yaml")
                .sentence(WRONG, "There is no file to read at");
    }

    @Test
    void noIssuer() throws Exception {
        say(Map.of(), "serve", "--data", folder.toString()).sentence(FAILED, "Who issues your tokens?", "--dev");
    }

    @Test
    void noServer() throws Exception {
        Path file = Files.writeString(folder.resolve("a.csv"), "id\n1\n");
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        say(
                        Map.of("HINDSIGHT_URL", "http://127.0.0.1:" + closed, "HINDSIGHT_TOKEN", "x"),
                        "import",
                        file.toString(),
                        "--mapping",
                        file.toString())
                .sentence(FAILED, "No server answers at");
    }

    @Test
    void helpOffersWhatThereIs() throws Exception {
        Said demo = say(Map.of(), "demo", "--help");
        assertThat(demo.exit()).isZero();
        assertThat(demo.out()).contains("--tickets", "--data").doesNotContain("--dev");
        assertThat(say(Map.of(), "serve", "--help").out()).contains("--dev");
    }

    private static String[] with(String[] command, String... more) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private Said say(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Hindsight.class.getName()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("HINDSIGHT_")
                        || name.startsWith("SERVER_")
                        || name.equals("JAVA_TOOL_OPTIONS")); // would be told on standard error
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Said(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
