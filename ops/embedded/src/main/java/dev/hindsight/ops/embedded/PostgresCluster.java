package dev.hindsight.ops.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One PostgreSQL data folder and the programs that make, start and stop the server in it. */
final class PostgresCluster {
    private static final Duration RECOVERY = Duration.ofMinutes(10);
    private static final Duration ORPHAN_FAST_STOP = Duration.ofSeconds(30);
    private static final Duration ORPHAN_IMMEDIATE_STOP = Duration.ofSeconds(20);
    private static final long LARGEST_LOG = 16L << 20;

    private final Path folder;
    private final Path data;
    private final PostgresBinaries binaries;
    private final PostgresAccount account;
    private final PostgresProcesses processes;

    private PostgresCluster(Path folder, PostgresBinaries binaries, PostgresAccount account) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.binaries = binaries;
        this.account = account;
        this.processes = new PostgresProcesses(folder);
    }

    /**
     * @param cache where the programs are unpacked when the user has no cache folder
     * @param account who runs them; one that is neither root nor the caller reaches its own folder only
     */
    static PostgresCluster in(Path folder, Path cache, PostgresAccount account) {
        boolean otherAccount = account.owner() != null && !"root".equals(account.owner());
        Path programs = otherAccount ? folder.resolve("binaries") : PostgresBinaries.cacheOr(cache);
        return new PostgresCluster(folder, PostgresBinaries.unpackedIn(programs), account);
    }

    Path log() {
        return folder.resolve("log").resolve("postgresql.log");
    }

    String password() {
        try {
            return Files.readString(passwordFile()).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read the password of the embedded PostgreSQL", failure);
        }
    }

    private Path passwordFile() {
        return folder.resolve("password");
    }

    /** Makes the data folder unless it is there. It appears at once and whole, so a kill in between leaves nothing half. */
    void initialize(String superuser) {
        try {
            Files.createDirectories(folder.resolve("log"));
            Path unfinished = folder.resolve("data.unfinished");
            ServerFolder.delete(unfinished);
            if (Files.exists(data)) {
                account.own(folder);
                return;
            }
            makePassword();
            Files.createDirectory(
                    unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            account.own(folder);
            account.own(unfinished);
            account.own(passwordFile());
            Processes.Result result = run(
                    Duration.ofMinutes(2),
                    "initdb",
                    "--pgdata=" + unfinished,
                    "--username=" + superuser,
                    "--pwfile=" + passwordFile(),
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    // Sorts the same whatever the machine's C library: indexes stay valid when a folder moves.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8");
            if (!result.succeeded()) {
                throw new EmbeddedServerException("initdb failed in " + folder + ":\n  " + result.output());
            }
            Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot make a PostgreSQL data folder in " + folder, failure);
        }
    }

    private void makePassword() throws IOException {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        Path file = passwordFile();
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
    }

    /** Starts the server; nothing may run in this folder any more, see {@link #stopOrphan}. */
    void start(int port, EmbeddedPostgres.Options options) {
        try {
            processes.forgetDeadPostmaster();
            configure(port, options);
            account.own(folder.resolve("log"));
            if (Files.exists(log()) && Files.size(log()) > LARGEST_LOG) {
                Files.move(log(), log().resolveSibling("postgresql.1.log"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot configure PostgreSQL in " + data, failure);
        }
        Processes.Result result = run(
                RECOVERY.plusSeconds(5),
                "pg_ctl",
                "start",
                "--pgdata=" + data,
                "--log=" + log(),
                "--wait",
                "--timeout=" + RECOVERY.toSeconds());
        if (!result.succeeded()) {
            throw new EmbeddedServerException("PostgreSQL did not start in " + data + ": " + result.output()
                    + "\nEnd of its log " + log() + ":" + Processes.tail(log()));
        }
    }

    private void configure(int port, EmbeddedPostgres.Options options) throws IOException {
        Map<String, String> settings = new TreeMap<>(Map.ofEntries(
                Map.entry("listen_addresses", "127.0.0.1"),
                Map.entry("port", Integer.toString(port)),
                Map.entry("unix_socket_directories", ""),
                Map.entry("max_connections", Integer.toString(options.maxConnections())),
                Map.entry("shared_buffers", options.sharedBuffersMegabytes() + "MB"),
                Map.entry("max_wal_size", "4GB"),
                Map.entry("wal_compression", "on"),
                Map.entry("random_page_cost", "1.1"),
                Map.entry("jit", "off"),
                Map.entry("track_io_timing", "on"),
                Map.entry("shared_preload_libraries", "pg_stat_statements"),
                Map.entry("password_encryption", "scram-sha-256"),
                Map.entry("timezone", "UTC"),
                Map.entry("log_timezone", "UTC"),
                Map.entry("log_line_prefix", "%m [%p] %q%u@%d ")));
        settings.putAll(options.settings());
        String generated = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = '" + setting.getValue().replace("'", "''") + "'")
                .collect(Collectors.joining(
                        "\n", "# Written at every start; put your own settings into local.conf.\n", "\n"));
        Files.writeString(data.resolve("hindsight.conf"), generated);
        Files.writeString(data.resolve("postgresql.conf"), """
                include 'hindsight.conf'
                include 'local.conf'
                # Acknowledged means stored.
                fsync = on
                full_page_writes = on
                synchronous_commit = on
                """);
        Path own = data.resolve("local.conf");
        if (Files.notExists(own)) {
            Files.writeString(own, "# Settings of this installation; they are never overwritten.\n");
        }
        account.own(own);
        account.own(data.resolve("hindsight.conf"));
        account.own(data.resolve("postgresql.conf"));
    }

    void stop(String mode, Duration deadline) {
        if (!isRunning()) {
            return;
        }
        Processes.Result result = tryStop(mode, deadline);
        if (!result.succeeded()) {
            throw new EmbeddedServerException("PostgreSQL did not stop (" + mode + "): " + result.output()
                    + "\nEnd of its log " + log() + ":" + Processes.tail(log()));
        }
    }

    private Processes.Result tryStop(String mode, Duration deadline) {
        return run(
                deadline.plusSeconds(5),
                "pg_ctl",
                "stop",
                "--pgdata=" + data,
                "--mode=" + mode,
                "--wait",
                "--timeout=" + deadline.toSeconds());
    }

    /** Ends whatever still runs on this data folder: politely, then at once, then by force. */
    void stopOrphan() {
        ProcessHandle postmaster = processes.postmaster();
        if (postmaster != null) {
            // A frozen server hears nothing.
            Processes.signal("CONT", Processes.tree(postmaster));
            if (!tryStop("fast", ORPHAN_FAST_STOP).succeeded()
                    && !tryStop("immediate", ORPHAN_IMMEDIATE_STOP).succeeded()) {
                processes.kill();
            }
        }
        processes.killStragglers();
    }

    boolean isRunning() {
        return processes.postmaster() != null;
    }

    ProcessHandle postmaster() {
        ProcessHandle postmaster = processes.postmaster();
        if (postmaster == null) {
            throw new EmbeddedServerException("PostgreSQL does not run in " + data);
        }
        return postmaster;
    }

    void kill() {
        processes.kill();
    }

    private Processes.Result run(Duration deadline, String program, String... arguments) {
        List<String> command = new ArrayList<>(account.prefix());
        command.add(binaries.program(program).toString());
        command.addAll(List.of(arguments));
        return Processes.run(command, deadline);
    }
}
