package dev.hindsight.ops.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the operating system is asked: run a tool, send a signal, wait for an end, find a free port. */
final class Processes {
    private static final int FIRST_PORT = 15_000;
    private static final int LAST_PORT = 32_000;
    private static final Duration GLANCE = Duration.ofMillis(50);
    private static final int TAIL_BYTES = 4_000;

    private Processes() {}

    /** Exit code and everything printed. */
    record Result(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /** Runs a tool to its end; one that outlives the deadline is killed and reported as exit code -1. */
    static Result run(List<String> command, Duration deadline) {
        try {
            Path output = Files.createTempFile("hindsight-", ".out");
            try {
                Process process = builder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                process.getOutputStream().close();
                int exitCode = -1;
                if (process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                    exitCode = process.exitValue();
                } else {
                    process.destroyForcibly();
                }
                return new Result(exitCode, Files.readString(output).strip());
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException failure) {
            throw new EmbeddedServerException(
                    "Cannot run " + command.getFirst() + ": " + failure.getMessage(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("Interrupted while running " + command.getFirst(), interrupted);
        }
    }

    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        // A caller's PGDATA, PGPORT or LC_ALL must not reach our servers.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /** Sends a signal such as STOP or KILL; processes that are gone already are passed over. */
    static void signal(String signal, Collection<ProcessHandle> processes) {
        List<String> pids = processes.stream()
                .filter(Processes::isAlive)
                .map(process -> Long.toString(process.pid()))
                .toList();
        if (pids.isEmpty()) {
            return;
        }
        Result result = run(
                Stream.concat(Stream.of("kill", "-" + signal), pids.stream()).toList(), Duration.ofSeconds(10));
        if (!result.succeeded()
                && processes.stream().anyMatch(Processes::isAlive)
                && !result.output().contains("No such process")) {
            throw new EmbeddedServerException("Cannot send " + signal + " to " + pids + ": " + result.output());
        }
    }

    /**
     * Whether it still runs. One that has ended, all its threads included, but whose parent did not collect it (a lazy
     * init process) does not.
     */
    static boolean isAlive(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        Path entry = Path.of("/proc", Long.toString(process.pid()));
        try (Stream<Path> threads = Files.list(entry.resolve("task"))) {
            String status = Files.readString(entry.resolve("stat"));
            boolean ended = status.startsWith("Z", status.lastIndexOf(')') + 2);
            return !(ended && threads.count() <= 1);
        } catch (IOException | UncheckedIOException goneOrNoSuchFileSystem) {
            return process.isAlive();
        }
    }

    static boolean awaitExit(ProcessHandle process, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        while (isAlive(process)) {
            long left = end - System.nanoTime();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            awaitNotice(process, Duration.ofNanos(Math.min(left, GLANCE.toNanos())));
        }
        return true;
    }

    private static void awaitNotice(ProcessHandle process, Duration deadline) {
        try {
            process.onExit().get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException alive) {
            // Whoever asked looks again.
            return;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failure) {
            throw new EmbeddedServerException("Cannot wait for process " + process.pid(), failure);
        }
    }

    /** A process and all below it, itself first. */
    static List<ProcessHandle> tree(ProcessHandle process) {
        List<ProcessHandle> all = new ArrayList<>();
        all.add(process);
        process.descendants().forEach(all::add);
        return all;
    }

    static void killAll(Collection<ProcessHandle> processes, Duration deadline) {
        signal("KILL", processes);
        for (ProcessHandle process : processes) {
            if (!awaitExit(process, deadline)) {
                throw new EmbeddedServerException("Process " + process.pid() + " does not end");
            }
        }
    }

    /**
     * A free TCP port on the loopback interface, outside the range from which the kernel takes client ports: a client
     * that keeps knocking while the server is down would else meet itself there, or take the port away.
     */
    static int freePort() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            if (isFree(port)) {
                return port;
            }
        }
        throw new EmbeddedServerException("No free port between " + FIRST_PORT + " and " + LAST_PORT);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** The last lines of a log; a sentence saying so when there is none. */
    static String tail(Path log) {
        if (!Files.isReadable(log)) {
            return "(no log at " + log + ")";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            byte[] end = new byte[(int) Math.min(TAIL_BYTES, file.length())];
            int read = file.read(end);
            return new String(end, 0, Math.max(0, read), StandardCharsets.UTF_8)
                    .lines()
                    .collect(Collectors.joining("\n  ", "\n  ", ""));
        } catch (IOException failure) {
            return "(cannot read " + log + ": " + failure.getMessage() + ")";
        }
    }
}
