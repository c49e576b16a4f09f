package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives committed events their positions, as {@link Sequencing} does it. One thread and one connection per node: the node that holds the session
 * advisory lock leads and sequences; the others listen for the leader's notifications and try the lock every second.
 *
 * <p>The lock and the writes share the session, so a leader whose session ended can write nothing more. A leader that
 * loses its connection is a follower again and reconnects with a growing pause. Should two ever lead at once, they
 * collide on the primary key of the order, and the loser steps down with an error.
 */
public final class Sequencer implements AutoCloseable {

    /** "hindsigh" in ASCII; together with the database it names the lock. */
    static final long LOCK = 0x68696e6473696768L;

    private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);

    private static final long LOCK_EVERY = Duration.ofSeconds(1).toNanos();
    private static final long ACTIVE_FOR = Duration.ofSeconds(1).toNanos();
    /** A run that places so many append calls had writers who keep the machine busy. */
    private static final int MANY = 16;

    private static final long SAVE_EVERY = Duration.ofSeconds(1).toNanos();

    private final DataSource dataSource;
    private final SequencerListener listener;
    private final Timing timing;
    private final Thread thread;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Status status = new Status(Role.DISCONNECTED, Instant.now(), null);
    private volatile boolean breathing;
    private volatile boolean idle;
    private final LongAdder sequencingNanos = new LongAdder();
    private final LongAdder runs = new LongAdder();

    /**
     * @param dataSource gives the sequencer its own connection: to the database itself, never through a transaction
     *     pooler, and better not from the application's pool, since it is kept
     * @param listener hears what is placed
     * @param timing how often to look
     */
    Sequencer(DataSource dataSource, SequencerListener listener, Timing timing) {
        this.dataSource = dataSource;
        this.listener = listener;
        this.timing = timing;
        this.thread = Thread.ofPlatform().name("hindsight-sequencer").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Says that a transaction of this node with appended events has committed. Never blocks. */
    void signal() {
        if (!signalled.get() && signalled.compareAndSet(false, true) && idle) {
            LockSupport.unpark(thread);
        }
    }

    /** Says that somebody waits for a position from now on. Never blocks. */
    void hurry() {
        if (breathing) {
            breathing = false;
            LockSupport.unpark(thread);
        }
    }

    /** What this node's sequencer does now. */
    public Status status() {
        return status;
    }

    /** Nanoseconds that this node spent placing events, and in how many statements; both only grow. */
    long sequencingNanos() {
        return sequencingNanos.sum();
    }

    long runs() {
        return runs.sum();
    }

    /** Stops sequencing and gives up the lead; returns when the connection is closed, after 10 s at most. */
    @Override
    public void close() {
        closed.set(true);
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pause = timing.firstPause().toNanos();
        while (!closed.get()) {
            try (Connection connection = dataSource.getConnection()) {
                prepare(connection);
                follow(connection);
                pause = timing.firstPause().toNanos();
                lead(connection);
            } catch (SQLException | RuntimeException failure) {
                if (closed.get()) {
                    break;
                }
                boolean wasLeader = status.role() == Role.LEADER;
                become(Role.DISCONNECTED, failure);
                LOG.error(
                        "The sequencer {}; trying again in {} ms.",
                        wasLeader ? "lost the lead" : "is not connected",
                        pause / 1_000_000,
                        failure);
                LockSupport.parkNanos(pause);
                pause = Math.min(pause * 2, timing.longestPause().toNanos());
            }
        }
        become(Role.DISCONNECTED, null);
    }

    private static void prepare(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            // The server notices within 5 s that this node is gone and frees the lock.
            statement.execute("SET application_name = 'hindsight-sequencer'");
            statement.execute("SET tcp_keepalives_idle = 2");
            statement.execute("SET tcp_keepalives_interval = 1");
            statement.execute("SET tcp_keepalives_count = 3");
            statement.execute("SET tcp_user_timeout = 5000");
            statement.execute("SET synchronous_commit = on");
            // Every statement here reads a few rows at the end of large tables. The planner cannot know that of
            // parameters, and to plan for their values each time costs more than the run itself.
            statement.execute("SET plan_cache_mode = force_generic_plan");
            statement.execute("SET enable_seqscan = off");
            statement.execute("SET enable_bitmapscan = off");
            statement.execute("SET enable_hashagg = off");
            statement.execute("SET jit = off");
            statement.execute("LISTEN " + Sequencing.CHANNEL);
        }
    }

    /** Follows until this node has the lock or is closed. */
    private void follow(Connection connection) throws SQLException {
        become(Role.FOLLOWER, null);
        PGConnection notifications = connection.unwrap(PGConnection.class);
        long triedAt = System.nanoTime() - LOCK_EVERY;
        long head = -1;
        while (!closed.get()) {
            if (System.nanoTime() - triedAt >= LOCK_EVERY) {
                if (tryLock(connection)) {
                    return;
                }
                triedAt = System.nanoTime();
            }
            var heard = notifications.getNotifications(
                    Math.toIntExact(timing.followerPoll().toMillis()));
            // A notification can be lost with a connection, never a row: what counts is the table.
            boolean poll = heard == null || heard.length == 0 || head < 0;
            long now = poll ? readHead(connection) : Long.parseLong(heard[heard.length - 1].getParameter());
            if (now > head) {
                head = now;
                tellAwaited(connection);
                tellHead(head);
            }
        }
    }

    private static boolean tryLock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + LOCK + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static long readHead(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LogQueries.HEAD)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Looks up the awaited appends that another leader has placed. */
    private void tellAwaited(Connection connection) throws SQLException {
        Collection<Long> awaited = listener.awaited();
        if (awaited.isEmpty()) {
            return;
        }
        List<Placement> placements = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(LogQueries.PLACEMENTS_OF)) {
            statement.setArray(1, connection.createArrayOf("bigint", awaited.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    placements.add(LogQueries.placement(rows, 1));
                }
            }
        }
        tellPlaced(placements);
    }

    private void lead(Connection connection) throws SQLException {
        if (closed.get()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("UNLISTEN *");
        }
        long head = readHead(connection);
        tellAwaited(connection);
        tellHead(head);
        become(Role.LEADER, null);
        LOG.info("This node leads: it gives events their positions.");
        Sequencing sequencing = Sequencing.begin(connection);
        long lastWork = System.nanoTime();
        long savedAt = lastWork;
        while (!closed.get()) {
            signalled.set(false);
            long begin = System.nanoTime();
            List<Placement> placed = sequencing.run();
            long end = System.nanoTime();
            if (!placed.isEmpty()) {
                lastWork = end;
                sequencingNanos.add(end - begin);
                runs.increment();
                tellPlaced(placed);
                tellHead(placed.getLast().lastPosition());
                if (end - savedAt > SAVE_EVERY) {
                    savedAt = end;
                    sequencing.save();
                }
                breathe(
                        placed.stream().mapToInt(Placement::appends).sum() < MANY
                                ? timing.breath()
                                : timing.longBreath());
            } else if (!signalled.get()) {
                boolean active = end - lastWork < ACTIVE_FOR;
                if (!active && end - savedAt > SAVE_EVERY) {
                    savedAt = end;
                    sequencing.save();
                }
                idle = true;
                if (!signalled.get()) {
                    LockSupport.parkNanos((active ? timing.activePoll() : timing.idlePoll()).toNanos());
                }
                idle = false;
            }
        }
    }

    /** While nobody waits for a position, the next statement may as well gather more. */
    private void breathe(Duration breath) {
        long end = System.nanoTime() + breath.toNanos();
        for (long left = breath.toNanos(); left > 0 && !closed.get(); left = end - System.nanoTime()) {
            if (listener.awaiting()) {
                return;
            }
            breathing = true;
            LockSupport.parkNanos(left);
        }
        breathing = false;
    }

    private void tellPlaced(List<Placement> placements) {
        try {
            listener.placed(placements);
        } catch (RuntimeException failure) {
            LOG.error("A listener of the sequencer failed.", failure);
        }
    }

    private void tellHead(long head) {
        try {
            listener.headMoved(head);
        } catch (RuntimeException failure) {
            LOG.error("A listener of the sequencer failed.", failure);
        }
    }

    private void become(Role role, @Nullable Exception failure) {
        status = new Status(role, Instant.now(), failure == null ? null : failure.toString());
    }

    /** What a node's sequencer can be. */
    public enum Role {
        /** Holds the lock and gives positions. */
        LEADER,
        /** Connected, hears of positions, ready to lead. */
        FOLLOWER,
        /** Without a connection. */
        DISCONNECTED
    }

    /**
     * @param role what it is
     * @param since since when, by this machine's clock
     * @param failure why it is disconnected; null where it is not or was closed
     */
    public record Status(Role role, Instant since, @Nullable String failure) {}

    /**
     * How often the sequencer looks, and how long it waits.
     *
     * @param activePoll the leader's look for other nodes' appends within a second of the last work
     * @param idlePoll the same otherwise
     * @param followerPoll the follower's look at the head where no notification comes
     * @param breath pause after each placement while nobody waits for a position; zero for none
     * @param longBreath the same after a run that placed many append calls
     * @param firstPause wait after the first lost connection; doubles
     * @param longestPause up to this
     */
    record Timing(
            Duration activePoll,
            Duration idlePoll,
            Duration followerPoll,
            Duration breath,
            Duration longBreath,
            Duration firstPause,
            Duration longestPause) {

        static Timing standard() {
            return new Timing(
                    Duration.ofMillis(5),
                    Duration.ofMillis(25),
                    Duration.ofMillis(50),
                    Duration.ofMillis(2),
                    Duration.ofMillis(5),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(2));
        }
    }
}
