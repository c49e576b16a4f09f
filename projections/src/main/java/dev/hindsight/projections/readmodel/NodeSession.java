package dev.hindsight.projections.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * What tells this process apart from all others that share the database: a name that no other has, and a session that
 * holds an advisory lock of that name for as long as the process lives. However it ends, PostgreSQL frees the lock with
 * the session, and what it had claimed is free for others when its next signs of life do not come. Safe for concurrent use.
 */
public final class NodeSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);
    private static final int VALID_WITHIN_SECONDS = 2;

    private static final String LOCK = "SELECT pg_try_advisory_lock(hashtext('hindsight.node'), hashtext(?))";

    /** Whether the node that the column {@code owner} names has its session, in SQL. */
    public static final String OWNER_LIVES = """
            EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND classid = hashtext('hindsight.node')::oid AND objid = hashtext(owner)::oid)""";

    private final LongConnections connections;
    private final String name;
    private final ScheduledExecutorService keeping = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("node-session").daemon().factory());
    /** Written by the thread that keeps it, once that runs. */
    private volatile Connection session;

    private volatile boolean closed;
    private boolean lost;

    private NodeSession(LongConnections connections, String name) throws SQLException {
        this.connections = connections;
        this.name = name;
        this.session = locked();
        var _ = keeping.scheduleWithFixedDelay(this::keep, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * Begins one, which is kept until it is closed.
     *
     * @param label how people call the node; several may have the same
     * @throws DataAccessResourceFailureException when the database does not answer
     */
    public static NodeSession open(LongConnections connections, String label) {
        try {
            return new NodeSession(
                    connections, label + "-" + UUID.randomUUID().toString().substring(0, 8));
        } catch (SQLException fault) {
            throw new DataAccessResourceFailureException("This node's session could not be opened", fault);
        }
    }

    /** The label and what makes it unique. */
    public String name() {
        return name;
    }

    private void keep() {
        try {
            if (session.isValid(VALID_WITHIN_SECONDS)) {
                return;
            }
            session.close();
            if (closed) {
                return;
            }
            session = locked();
            if (closed) { // meanwhile, without waiting for it
                session.close();
                return;
            }
            lost = false;
            LOG.info("The session of this node, {}, is there again", name);
        } catch (SQLException | RuntimeException fault) {
            LOG.atLevel(lost ? Level.DEBUG : Level.WARN)
                    .log(
                            "The session of this node, {}, is lost: others take over what it gives no signs of;"
                                    + " tried every second ({})",
                            name,
                            fault.toString());
            lost = true;
        }
    }

    private Connection locked() throws SQLException {
        Connection connection = connections.open();
        boolean locked = false;
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            lock.setString(1, name);
            try (ResultSet row = lock.executeQuery()) {
                row.next();
                locked = row.getBoolean(1);
            }
        } finally {
            if (!locked) {
                connection.close();
            }
        }
        if (!locked) {
            throw new SQLTransientException("an earlier session still holds the lock of " + name);
        }
        return connection;
    }

    /** Its claims are free for others as soon as they are old enough. */
    @Override
    public void close() {
        closed = true;
        keeping.shutdownNow();
        try {
            if (!keeping.awaitTermination(VALID_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The session of this node, {}, was being looked after when it had to end", name);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            session.close();
        } catch (SQLException fault) {
            LOG.warn("The session of this node, {}, did not end as it should: {}", name, fault.toString());
        }
    }
}
