package dev.hindsight.ops.embedded;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** One temporary PostgreSQL per JVM, started at first use and stopped when the JVM ends; each test gets a database. */
public final class SharedPostgres {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static @Nullable EmbeddedPostgres server;

    private SharedPostgres() {}

    /**
     * An empty database of one's own.
     *
     * @param url JDBC address without credentials
     */
    public record Database(EmbeddedPostgres server, String name, String url, String user, String password)
            implements AutoCloseable {
        /** Connections to it, not pooled. */
        public DataSource dataSource() {
            return server.dataSource(name);
        }

        /** Another one that begins as this one is, to which nobody may be connected meanwhile. */
        public Database copy() {
            String copy = "test_" + NUMBER.incrementAndGet();
            server.createDatabase(copy, name);
            return new Database(server, copy, server.url(copy), user, password);
        }

        /** Drops the database and the sessions that are still connected. */
        @Override
        public void close() {
            server.dropDatabase(name);
        }
    }

    /** The server itself; a test that stops or freezes it disturbs its neighbours: such drills start one of their own. */
    public static EmbeddedPostgres server() {
        LOCK.lock();
        try {
            EmbeddedPostgres running = server;
            if (running == null) {
                running = EmbeddedPostgres.start(EmbeddedPostgres.Options.temporary());
                Runtime.getRuntime().addShutdownHook(new Thread(running::close, "stop-shared-postgres"));
                server = running;
            }
            return running;
        } finally {
            LOCK.unlock();
        }
    }

    public static Database database() {
        EmbeddedPostgres running = server();
        String name = "test_" + NUMBER.incrementAndGet();
        running.createDatabase(name);
        return new Database(running, name, running.url(name), running.superuser(), running.password());
    }
}
