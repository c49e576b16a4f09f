package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;

/**
 * Writers that make life hard for an order: each transaction appends in one or more calls, to a stream of its own and to
 * one that it shares with others; some hold their transaction open, some roll back, one stays open for very long, one is
 * idle in its transaction. Keeps a digest of what was committed, so that readers can be held against it.
 */
final class LogLoad {

    private static final int SHARED_STREAMS = 40;

    private final Map<String, Digest> committed = new ConcurrentHashMap<>();
    private volatile BiConsumer<String, Digest> onCommit = (transaction, digest) -> {};
    private volatile boolean stopped;
    private final AtomicLong events = new AtomicLong();
    private final AtomicInteger transactions = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private final AtomicInteger writing = new AtomicInteger();
    private final String name;
    private final DataSource dataSource;
    private final Plan plan;
    private final Append append;

    /** @param name tells the transactions of several loads apart */
    LogLoad(String name, DataSource dataSource, Plan plan, Append append) {
        this.name = name;
        this.dataSource = dataSource;
        this.plan = plan;
        this.append = append;
    }

    /**
     * @param writers how many threads
     * @param events how many committed events in all, at least
     * @param longestHold one call in ten holds its transaction, up to this
     * @param longTransaction how long each of the long transactions stays open; zero for none
     * @param pace over which time to spread the events; zero for as fast as can be
     * @param databaseMayGo whether failures are part of the drill
     */
    record Plan(
            int writers,
            long events,
            Duration longestHold,
            Duration longTransaction,
            Duration pace,
            boolean databaseMayGo) {}

    /** What one transaction appended, in order. */
    record Digest(int events, long hash) {

        static final Digest EMPTY = new Digest(0, 0);

        Digest and(String eventId) {
            return new Digest(events + 1, 31 * hash + eventId.hashCode());
        }
    }

    /** What was committed for certain, by transaction. */
    Map<String, Digest> committed() {
        return committed;
    }

    /** Tells each transaction as soon as its commit is acknowledged. */
    void onCommit(BiConsumer<String, Digest> listener) {
        onCommit = listener;
    }

    /** Lets the writers end before they have written all. */
    void stop() {
        stopped = true;
    }

    /** Events whose commit was acknowledged. */
    long acknowledged() {
        return events.get();
    }

    /** How many transactions broke in the commit, so that nobody knows whether it took place. */
    int unknown() {
        return unknown.get();
    }

    /** The transaction that appended the event. */
    static String transactionOf(Object payload) {
        String text = (String) payload;
        return text.substring(0, text.indexOf(' '));
    }

    /** Writes until enough is committed. */
    void run() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(plan.writers() + 1);
                Connection idle = dataSource.getConnection()) {
            idle.setAutoCommit(false);
            try (Statement statement = idle.createStatement()) {
                statement.execute("SELECT pg_current_xact_id()");
            }
            List<Future<?>> all = new ArrayList<>();
            long begin = System.nanoTime();
            writing.set(plan.writers());
            for (int i = 0; i < plan.writers(); i++) {
                SplittableRandom random = new SplittableRandom(i);
                all.add(threads.submit(() -> write(random, begin)));
            }
            if (plan.longTransaction().isPositive()) {
                all.add(threads.submit(this::holdLong));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /** Appends now and then in a transaction that stays open, one after the other while the writers write. */
    private Void holdLong() throws SQLException {
        for (int i = 0; i == 0 || writing.get() > 0; i++) {
            String transaction = name + "-long-" + i;
            Digest digest = Digest.EMPTY;
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                long end = System.nanoTime() + plan.longTransaction().toNanos();
                for (int call = 0; System.nanoTime() < end; call++) {
                    digest = append(connection, digest, own(transaction, call, 2));
                    LockSupport.parkNanos(plan.longTransaction().toNanos() / 10);
                }
                connection.commit();
                committed.put(transaction, digest);
                events.addAndGet(digest.events());
            }
        }
        return null;
    }

    private Void write(SplittableRandom random, long begin) throws SQLException {
        try {
            while (!stopped && events.get() < plan.events()) {
                if (plan.pace().isPositive()
                        && events.get()
                                > (double) plan.events()
                                        * (System.nanoTime() - begin)
                                        / plan.pace().toNanos()) {
                    LockSupport.parkNanos(2_000_000);
                    continue;
                }
                try {
                    transaction(random);
                } catch (SQLException failure) {
                    if (!"23505".equals(failure.getSQLState()) && !plan.databaseMayGo()) {
                        throw failure;
                    }
                }
            }
        } finally {
            writing.decrementAndGet();
        }
        return null;
    }

    private void transaction(SplittableRandom random) throws SQLException {
        String transaction = name + "-" + transactions.incrementAndGet();
        Digest digest = Digest.EMPTY;
        boolean committing = false;
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            int calls = 1 + random.nextInt(2);
            for (int call = 0; call < calls; call++) {
                List<EventMessage<?>> own = own(transaction, call, 1 + random.nextInt(8));
                if (call == 0 && random.nextBoolean()) {
                    String shared = "shared-" + random.nextInt(SHARED_STREAMS);
                    own.add(event(transaction, shared, append.lastVersion(connection, shared)));
                }
                digest = append(connection, digest, own);
                if (random.nextInt(10) == 0) {
                    LockSupport.parkNanos(random.nextLong(plan.longestHold().toNanos() + 1));
                }
            }
            if (random.nextInt(10) == 0) {
                connection.rollback();
                return;
            }
            committing = true;
            connection.commit();
            committed.put(transaction, digest);
            events.addAndGet(digest.events());
            onCommit.accept(transaction, digest);
        } catch (SQLException failure) {
            if (committing) {
                unknown.incrementAndGet();
            }
            throw failure;
        }
    }

    private Digest append(Connection connection, Digest digest, List<EventMessage<?>> messages) throws SQLException {
        append.append(connection, messages);
        Digest all = digest;
        for (EventMessage<?> message : messages) {
            all = all.and(message.getIdentifier());
        }
        return all;
    }

    private static List<EventMessage<?>> own(String transaction, int call, int count) {
        List<EventMessage<?>> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(event(transaction, "own-" + transaction + "-" + call, i));
        }
        return messages;
    }

    static EventMessage<?> event(String transaction, String stream, long sequence) {
        return new GenericDomainEventMessage<>("Load", stream, sequence, transaction + " " + sequence);
    }

    /** How to append, on a connection with an open transaction. */
    interface Append {

        void append(Connection connection, List<EventMessage<?>> messages) throws SQLException;

        /** The stream's last version, from 1; 0 for none. */
        long lastVersion(Connection connection, String stream) throws SQLException;
    }
}
