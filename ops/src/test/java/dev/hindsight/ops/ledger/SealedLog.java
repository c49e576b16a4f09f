package dev.hindsight.ops.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.codec.keys.SigningKeys;
import dev.hindsight.ops.embedded.SharedPostgres;
import dev.hindsight.ops.eventstore.PostgresEventLog;
import dev.hindsight.ops.wiring.Migrations;
import dev.hindsight.ops.wiring.StoredRawLog;
import dev.hindsight.projections.ledger.LedgerCheck;
import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.serialization.json.JacksonSerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A log with its ledger on a database of its own, as the superuser, who may also tamper. */
final class SealedLog implements AutoCloseable {

    static final Envelope.Actor OLGA = new Envelope.Actor(ActorKind.OPERATOR, UUID.randomUUID(), List.of("operator"));

    private static final MasterKey MASTER =
            MasterKey.ofBase64(Base64.getEncoder().encodeToString(new byte[32]));
    private static final AtomicLong COPIES = new AtomicLong();
    private static final String ORIGIN = "hindsight/test";

    final String name;
    final HikariDataSource pool;
    final PostgresEventLog log;
    final RawLog raw;
    final SealedTree tree;
    final SigningKeys keys;
    final Checkpoints checkpoints;
    final List<OperationsEvent> recorded = new ArrayList<>();

    private SealedLog(String name) {
        this.name = name;
        DataSource direct = SharedPostgres.server().dataSource(name);
        HikariConfig config = new HikariConfig();
        config.setDataSource(direct);
        config.setMaximumPoolSize(6);
        this.pool = new HikariDataSource(config);
        this.log = PostgresEventLog.builder()
                .sequencerDataSource(direct)
                .connectionProvider(pool::getConnection)
                .serializer(JacksonSerializer.defaultSerializer())
                .build();
        this.raw = new StoredRawLog(pool, direct);
        this.tree = new SealedTree(pool);
        this.keys = keys(direct);
        this.checkpoints =
                new Checkpoints(pool, new TransactionTemplate(new DataSourceTransactionManager(pool)), tree, keys);
    }

    static SigningKeys keys(DataSource database) {
        return SigningKeys.of(database, MASTER, () -> ORIGIN);
    }

    /** An empty one. */
    static SealedLog fresh() {
        SharedPostgres.Database database = SharedPostgres.database();
        Migrations.run(database.dataSource(), database.user());
        SealedLog fresh = new SealedLog(database.name());
        fresh.log.start();
        return fresh;
    }

    /** A copy of a database that nobody is connected to; its sequencer stands still, so that nothing is mended. */
    static SealedLog copyOf(String name) throws SQLException {
        String copy = "ledger_copy_" + COPIES.incrementAndGet();
        try (Connection connection =
                        SharedPostgres.server().dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + copy + " TEMPLATE " + name);
        }
        return new SealedLog(copy);
    }

    /** Appends events of some streams, one to three in a call, and waits until they have positions. */
    void append(int events) {
        long head = raw.head();
        for (int done = 0; done < events; ) {
            int call = Math.min(1 + done % 3, events - done);
            String stream = "ticket-" + UUID.randomUUID();
            List<EventMessage<?>> messages = new ArrayList<>();
            for (int i = 0; i < call; i++) {
                messages.add(new GenericDomainEventMessage<>(
                        "Ticket",
                        stream,
                        i,
                        Map.of("subject", "printer " + done + " " + i, "body", "x".repeat(50)),
                        Map.of("by", "somebody " + done)));
            }
            log.engine().appendEvents(messages);
            done += call;
        }
        await(() -> raw.head() >= head + events);
    }

    /** One that seals and signs at this pace; not started. */
    Sealer sealer(Duration checkpointEvery) {
        return new Sealer(
                raw,
                () -> SharedPostgres.server().dataSource(name).getConnection(),
                checkpoints,
                keys,
                (job, step, by, event) -> recorded.add(event),
                Duration.ofMillis(20),
                checkpointEvery);
    }

    /** Seals everything and signs it. */
    StoredCheckpoint seal() {
        Sealer sealer = sealer(Duration.ofHours(1));
        sealer.start();
        try {
            await(() -> tree.size() == raw.head());
        } finally {
            sealer.stop();
        }
        return checkpoints.make();
    }

    LedgerCheck.Report check(SignedNote... outside) throws InterruptedException {
        return check(keys.history(), outside);
    }

    LedgerCheck.Report check(KeyHistory trusted, SignedNote... outside) throws InterruptedException {
        return new LedgerCheck(raw, pool, keys.history(), trusted, List.of(outside), 0, done -> {}).run();
    }

    /** What the database's owner does to it. */
    void sql(String... statements) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static void await(Condition condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within a minute");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @FunctionalInterface
    interface Condition {
        boolean holds();
    }

    @Nullable
    String value(String query) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Leaves the database to those who copy it. */
    @Override
    public void close() {
        log.close();
        pool.close();
    }
}
