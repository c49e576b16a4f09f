package dev.hindsight.ops.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The processes that PostgreSQL has, or has left, in a server's folder. */
record PostgresProcesses(Path folder) {
    private static final Duration DEATH = Duration.ofSeconds(20);

    /** Of postmaster.pid: process, folder, start, port. */
    private static final int PORT_LINE = 3;

    private Path data() {
        return folder.resolve("data");
    }

    private Path pidFile() {
        return data().resolve("postmaster.pid");
    }

    /** The process that postmaster.pid names, if it is alive and really a postgres on this folder: ids are reused. */
    @Nullable
    ProcessHandle postmaster() {
        try {
            if (Files.notExists(pidFile())) {
                return null;
            }
            List<String> lines = Files.readAllLines(pidFile());
            if (lines.isEmpty() || !lines.getFirst().strip().matches("-?\\d{1,10}")) {
                return null;
            }
            return ProcessHandle.of(Math.abs(Long.parseLong(lines.getFirst().strip())))
                    .filter(Processes::isAlive)
                    .filter(process -> isProgram(process, "/postgres"))
                    .filter(process -> arguments(process).anyMatch(data().toString()::equals))
                    .orElse(null);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read " + pidFile(), failure);
        }
    }

    /** Where the live server listens; empty where there is none, or it is not that far yet. */
    OptionalInt port() {
        try {
            if (postmaster() == null) {
                return OptionalInt.empty();
            }
            List<String> lines = Files.readAllLines(pidFile());
            return lines.size() > PORT_LINE && lines.get(PORT_LINE).strip().matches("\\d{1,5}")
                    ? OptionalInt.of(Integer.parseInt(lines.get(PORT_LINE).strip()))
                    : OptionalInt.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read " + pidFile(), failure);
        }
    }

    /** PostgreSQL takes a dead server that init has not collected for a live one: its file must go. */
    void forgetDeadPostmaster() throws IOException {
        ProcessHandle postmaster = postmaster();
        if (postmaster != null) {
            throw new EmbeddedServerException("PostgreSQL runs in " + folder + " already, process " + postmaster.pid());
        }
        Files.deleteIfExists(pidFile());
    }

    /** {@code kill -9} for all of them, server, tools and server processes whose postmaster is dead. */
    void kill() {
        ProcessHandle postmaster = postmaster();
        if (postmaster != null) {
            kill(postmaster);
        }
        killStragglers();
    }

    private static void kill(ProcessHandle postmaster) {
        // Frozen first: else it would start new children while we list the old ones.
        Processes.signal("STOP", List.of(postmaster));
        Processes.killAll(Processes.tree(postmaster), DEATH);
    }

    /**
     * What no postmaster leads any more: server processes, which still hold its shared memory so that a start would be
     * refused, and an initdb whose JVM was killed.
     */
    void killStragglers() {
        List<ProcessHandle> stragglers = stragglers();
        if (!stragglers.isEmpty()) {
            Processes.killAll(stragglers, DEATH);
        }
    }

    private List<ProcessHandle> stragglers() {
        ProcessHandle postmaster = postmaster();
        Collection<ProcessHandle> led = postmaster == null ? List.of() : Processes.tree(postmaster);
        return ProcessHandle.allProcesses()
                .filter(process -> isProgram(process, "/postgres") || isProgram(process, "/initdb"))
                .filter(process ->
                        worksHere(process) || arguments(process).anyMatch(argument -> argument.contains(folder + "/")))
                .filter(process -> !led.contains(process))
                .toList();
    }

    private static boolean isProgram(ProcessHandle process, String ending) {
        return process.info().command().orElse("").endsWith(ending);
    }

    private static Stream<String> arguments(ProcessHandle process) {
        return Stream.of(process.info().arguments().orElse(new String[0]));
    }

    /** Server processes show no arguments, but they work inside the data folder. */
    private boolean worksHere(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .startsWith(folder.toRealPath());
        } catch (IOException goneOrForeign) {
            return false;
        }
    }
}
