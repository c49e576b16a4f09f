package dev.hindsight.ops.eventstore;

import com.zaxxer.hikari.HikariDataSource;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A node in a JVM of its own: leads, says {@code LEADS}, then writes and says each transaction once it is committed,
 * until it is killed.
 */
final class LogNode {

    static final int WRITERS = 6;

    private LogNode() {}

    /** Starts the node against the database; its output is what it says. */
    static Process start(PGSimpleDataSource database) throws IOException {
        return new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .replace("\n", File.pathSeparator),
                        LogNode.class.getName(),
                        database.getURL(),
                        String.valueOf(database.getUser()),
                        String.valueOf(database.getPassword())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setURL(arguments[0]);
        database.setUser(arguments[1]);
        database.setPassword(arguments[2]);
        try (HikariDataSource pool = TestDatabase.pool(database, WRITERS + 2);
                PostgresEventLog log = TestLogs.log(database, pool)) {
            log.start();
            while (log.sequencer().status().role() != Sequencer.Role.LEADER) {
                LockSupport.parkNanos(10_000_000);
            }
            say("LEADS");
            LogLoad load = new LogLoad(
                    "killed",
                    pool,
                    new LogLoad.Plan(
                            WRITERS, Long.MAX_VALUE, Duration.ofMillis(50), Duration.ZERO, Duration.ZERO, false),
                    new SkipTest.EngineAppend());
            load.onCommit((transaction, digest) -> say(transaction + " " + digest.events() + " " + digest.hash()));
            load.run();
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
