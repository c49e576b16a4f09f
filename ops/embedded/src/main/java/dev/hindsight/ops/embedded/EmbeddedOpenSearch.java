package dev.hindsight.ops.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An OpenSearch node on the loopback interface, in a JVM and a folder of its own. The node ends when this JVM does, even
 * when this JVM is killed: it watches the pipe between them. It has no authentication.
 *
 * <p>Failures are {@link EmbeddedServerException}s that carry the end of the node's log. Starting and stopping belong to
 * one thread.
 */
public final class EmbeddedOpenSearch implements AutoCloseable {
    /** System property: the folder with the node's {@code lib}. */
    public static final String HOME_PROPERTY = "hindsight.search-node.home";

    private static final String MAIN = "dev.hindsight.searchnode.SearchNode";
    private static final Duration CLEAN_STOP = Duration.ofSeconds(25);
    private static final Duration DEATH = Duration.ofSeconds(20);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final ServerFolder folder;
    private final Options options;
    private Process process;
    private URI uri;
    private boolean closed;

    /**
     * What to start.
     *
     * @param folder where the indexes live, null: a temporary folder that is deleted at the end
     * @param port HTTP port, 0: a free one
     * @param jvmArguments heap and the like
     * @param startup how long a start may take, recovery of the indexes included
     */
    public record Options(@Nullable Path folder, int port, List<String> jvmArguments, Duration startup) {
        private static final List<String> SMALL =
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms256m", "-Xmx512m");
        private static final List<String> LASTING = List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx512m");

        public Options {
            jvmArguments = List.copyOf(jvmArguments);
        }

        /** For tests: a fresh node whose data go with it. */
        public static Options temporary() {
            return new Options(null, 0, SMALL, Duration.ofSeconds(90));
        }

        /** For an installation: the same indexes at every start; searches take half the time once all is compiled. */
        public static Options in(Path folder) {
            return new Options(folder, 0, LASTING, Duration.ofMinutes(3));
        }

        public Options withPort(int newPort) {
            return new Options(folder, newPort, jvmArguments, startup);
        }

        /** Replaces the defaults, which fit a small machine: serial collector, 512 MB, and for tests one compiler. */
        public Options withJvmArguments(String... arguments) {
            return new Options(folder, port, List.of(arguments), startup);
        }
    }

    private EmbeddedOpenSearch(ServerFolder folder, Options options, Running running) {
        this.folder = folder;
        this.options = options;
        this.process = running.process();
        this.uri = running.uri();
    }

    private record Running(Process process, URI uri) {}

    /** Starts a node and returns when it answers and its indexes are recovered. */
    public static EmbeddedOpenSearch start(Options options) {
        Path home = home();
        ServerFolder folder = options.folder() == null
                ? ServerFolder.temporary("opensearch", EmbeddedOpenSearch::stopOrphan)
                : ServerFolder.open(options.folder());
        try {
            stopOrphan(folder.path());
            return new EmbeddedOpenSearch(folder, options, launchOnSomePort(home, folder.path(), options));
        } catch (RuntimeException failure) {
            folder.close();
            throw failure;
        }
    }

    private static Running launchOnSomePort(Path home, Path folder, Options options) {
        for (int attempt = 1; ; attempt++) {
            int port = options.port() == 0 ? Processes.freePort() : options.port();
            try {
                return launch(home, folder, port, options);
            } catch (EmbeddedServerException failure) {
                // Between our look and the node's start somebody else may have taken the port.
                boolean portTaken = String.valueOf(failure.getMessage()).contains("BindHttpException");
                if (options.port() != 0 || attempt == 3 || !portTaken) {
                    throw failure;
                }
            }
        }
    }

    private static Running launch(Path home, Path folder, int port, Options options) {
        Path readyFile = folder.resolve("ready");
        Path console = folder.resolve("console.log");
        Path temporary = folder.resolve("tmp");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // What the build recorded for a faster start; a JVM that cannot use it says so in console.log and goes on.
        Path record = home.resolve("search-node.aot");
        if (Files.exists(record)) {
            command.add("-XX:AOTCache=" + record);
            if (Runtime.version().feature() == 25) {
                // This JVM mixes up some recorded call adapters, notices it, and warns of each.
                command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTAdapterCaching"));
            }
        }
        command.addAll(options.jvmArguments());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlog4j2.disable.jmx=true",
                "-Dio.netty.noUnsafe=true",
                "-Dio.netty.noKeySetOptimization=true",
                "-Djava.util.logging.manager=org.apache.logging.log4j.jul.LogManager",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                home.resolve("lib").resolve("search-node.jar").toString(),
                MAIN,
                folder.toString(),
                readyFile.toString(),
                Integer.toString(port)));
        try {
            ServerFolder.delete(temporary);
            Files.createDirectories(temporary);
            Files.deleteIfExists(readyFile);
            Process process = Processes.builder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(console.toFile())
                    .start();
            try {
                remember(folder, process.toHandle());
                return new Running(process, awaitReady(process, readyFile, folder, options.startup()));
            } catch (RuntimeException | IOException failure) {
                Processes.killAll(List.of(process.toHandle()), DEATH);
                throw failure;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot start a search node in " + folder, failure);
        }
    }

    private static URI awaitReady(Process process, Path readyFile, Path folder, Duration deadline) throws IOException {
        long end = System.nanoTime() + deadline.toNanos();
        while (Files.notExists(readyFile)) {
            boolean ended = Processes.awaitExit(process.toHandle(), GLANCE);
            if (ended || System.nanoTime() > end) {
                throw new EmbeddedServerException("The search node "
                        + (ended ? "ended with code " + process.exitValue() : "was not ready after " + deadline)
                        + ". It printed:" + Processes.tail(folder.resolve("console.log")) + "\nEnd of its log:"
                        + Processes.tail(folder.resolve("log").resolve("search-node.log")));
            }
        }
        return URI.create("http://" + Files.readAllLines(readyFile).getFirst());
    }

    private static Path pidFile(Path folder) {
        return folder.resolve("node.pid");
    }

    private static void remember(Path folder, ProcessHandle process) throws IOException {
        Path whole = folder.resolve("node.pid.part");
        Files.writeString(whole, Long.toString(process.pid()));
        Files.move(whole, pidFile(folder), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Ends a node that outlived its JVM, which it does only while frozen: it would else have seen the pipe end. */
    private static void stopOrphan(Path folder) {
        Path file = pidFile(folder);
        try {
            if (Files.notExists(file)) {
                return;
            }
            String pid = Files.readString(file).strip();
            ProcessHandle orphan = ProcessHandle.of(Long.parseLong(pid))
                    .filter(process -> isNodeIn(process, folder))
                    .orElse(null);
            if (orphan != null) {
                Processes.signal("CONT", List.of(orphan));
                orphan.destroy();
                if (!Processes.awaitExit(orphan, CLEAN_STOP)) {
                    Processes.killAll(List.of(orphan), DEATH);
                }
            }
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read " + file, failure);
        }
    }

    /** Process ids are reused: only a search node with this folder among its arguments is ours. */
    private static boolean isNodeIn(ProcessHandle process, Path folder) {
        List<String> arguments =
                Stream.of(process.info().arguments().orElse(new String[0])).toList();
        return arguments.contains(MAIN) && arguments.contains(folder.toString());
    }

    private static Path home() {
        Path home = SearchNodeHome.find();
        if (!Files.exists(home.resolve("lib").resolve("search-node.jar"))) {
            throw new EmbeddedServerException("No search node in " + home
                    + ": build module ops/search-node, or say with -D" + HOME_PROPERTY + "=FOLDER where it is");
        }
        return home;
    }

    /** Where it answers; the same after {@link #restart}. */
    public URI uri() {
        return uri;
    }

    public long pid() {
        return process.pid();
    }

    /** The node's log. */
    public Path log() {
        return folder.path().resolve("log").resolve("search-node.log");
    }

    public Path folder() {
        return folder.path();
    }

    public boolean isRunning() {
        return Processes.isAlive(process.toHandle());
    }

    /** Ends cleanly; {@link #restart} starts it again. */
    public void stop() {
        resume();
        try {
            process.getOutputStream().close();
        } catch (IOException broken) {
            // The node is gone already, or its end of the pipe is: destroy below reaches it either way.
            process.destroy();
        }
        if (!Processes.awaitExit(process.toHandle(), CLEAN_STOP)) {
            kill();
        }
    }

    /** {@code kill -9}. */
    public void kill() {
        Processes.killAll(List.of(process.toHandle()), DEATH);
    }

    /** Freezes the node with its connections open, until {@link #resume}. */
    public void suspend() {
        Processes.signal("STOP", List.of(process.toHandle()));
    }

    public void resume() {
        Processes.signal("CONT", List.of(process.toHandle()));
    }

    /** Starts again on the same port what was stopped or killed; stops it first where it still runs. */
    public void restart() {
        stop();
        Running running = launch(home(), folder.path(), uri.getPort(), options);
        process = running.process();
        uri = running.uri();
    }

    /** Stops the node, whatever state a drill left it in, and deletes a temporary folder. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (folder) {
            if (folder.temporary()) {
                kill();
            } else {
                stop();
            }
            Files.deleteIfExists(pidFile(folder.path()));
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot clean up " + folder.path(), failure);
        }
    }
}
