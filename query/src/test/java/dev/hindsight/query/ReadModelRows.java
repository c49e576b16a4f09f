package dev.hindsight.query;

import static dev.hindsight.projections.readmodel.jooq.Tables.CATEGORY;
import static dev.hindsight.projections.readmodel.jooq.Tables.CUSTOM_FIELD;
import static dev.hindsight.projections.readmodel.jooq.Tables.GENERATION;
import static dev.hindsight.projections.readmodel.jooq.Tables.ORGANIZATION;
import static dev.hindsight.projections.readmodel.jooq.Tables.PARKED;
import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.QUEUE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_LINK;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_WORDS;

import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.SharedPostgres;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.TicketWords;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.MappedTable;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database of its own with empty read models, and hands to put rows into them. */
public final class ReadModelRows implements AutoCloseable {

    public static final Instant START = Instant.parse("2026-03-03T14:30:00.000001Z");

    public final ReadModels models;
    public final FreshnessGate gate;
    public final Cursors cursors = new Cursors("a key for tests only".getBytes(StandardCharsets.UTF_8));
    public final DSLContext jooq;
    /** Tells where moments of the past lie; its events are not brought into rows by themselves. */
    public final HeldLog log = new HeldLog();

    public final GrantTables grants;
    private final SharedPostgres.Database database;
    private final HikariDataSource pool;
    private long number;
    private long links;

    public ReadModelRows() {
        database = SharedPostgres.database();
        pool = new HikariDataSource();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(4);
        pool.setConnectionInitSql("SET synchronous_commit = off"); // rows of tests need not last
        Flyway.configure()
                .dataSource(pool)
                .schemas("readmodel")
                .locations("classpath:db/migration/readmodel")
                .load()
                .migrate();
        grants = new GrantTables(pool);
        var generations = new Generations(pool, new TransactionTemplate(new DataSourceTransactionManager(pool)));
        var schema = new MappedSchema().withInput("readmodel");
        for (ReadModel model : ReadModel.values()) {
            int generation = generations.ensure(model);
            model.tables()
                    .forEach(table -> schema.withTables(
                            new MappedTable().withInput(table).withOutput(ReadModel.physicalName(table, generation))));
        }
        jooq = DSL.using(
                pool, SQLDialect.POSTGRES, new Settings().withRenderMapping(new RenderMapping().withSchemata(schema)));
        models = new ReadModels(pool);
        gate = new FreshnessGate(models::position);
    }

    /** As it was at first. */
    public void empty() {
        for (ReadModel model : ReadModel.values()) {
            model.tables().forEach(table -> jooq.execute("truncate readmodel." + ReadModel.physicalName(table, 1)));
        }
        jooq.execute("truncate readmodel.parked, readmodel.skip");
        position(0);
        grants.forgetAll();
        log.forget();
    }

    public Freshness freshness() {
        return new Freshness(models, gate);
    }

    /** A ticket of nobody, NEW, one second younger than the one before. */
    public UUID ticket(Consumer<TicketRecord> change) {
        number++;
        TicketRecord row = jooq.newRecord(TICKET);
        row.setId(new UUID(0x0198_0000_0000_7000L + number * 7919 % 1000, number));
        row.setNumber(number);
        row.setVersion(1L);
        row.setLastPosition(number);
        row.setCreatedAt(START.plusSeconds(number));
        row.setUpdatedAt(START.plusSeconds(number));
        row.setType("INCIDENT");
        row.setStatus("NEW");
        row.setChannel("API");
        row.setTags(new String[0]);
        row.setCustomFields(JSONB.valueOf("{}"));
        change.accept(row);
        row.insert();
        jooq.insertInto(TICKET_WORDS)
                .set(TICKET_WORDS.TICKET_ID, row.getId())
                .set(TICKET_WORDS.VERSION, row.getVersion())
                .set(TICKET_WORDS.LAST_POSITION, row.getLastPosition())
                .set(
                        TICKET_WORDS.WORDS,
                        DSL.field(
                                "{0}::tsvector",
                                String.class, String.join(" ", TicketWords.of(row.getSubject(), row.getDescription()))))
                .execute();
        return row.getId();
    }

    public UUID person(String name, boolean agent) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        jooq.insertInto(PERSON)
                .set(PERSON.ID, id)
                .set(PERSON.VERSION, 1L)
                .set(PERSON.LAST_POSITION, 1L)
                .set(PERSON.REGISTERED_AT, START)
                .set(PERSON.NAME, name)
                .set(PERSON.NAMES, new String[] {name})
                .set(PERSON.NAMES_SINCE, new Long[] {1L})
                .set(PERSON.EMAIL, name + "@example.com")
                .set(PERSON.IS_AGENT, agent)
                .execute();
        return id;
    }

    public UUID organization(String name) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        jooq.insertInto(ORGANIZATION).values(id, 1L, 1L, START, name, false).execute();
        return id;
    }

    public void queue(String key, String name) {
        jooq.insertInto(QUEUE)
                .values(key, 1L, 1L, START, name, false, new String[0], new String[0], new String[] {name}, new Long[] {
                    1L
                })
                .execute();
    }

    public void category(String key, String name) {
        jooq.insertInto(CATEGORY).values(key, 1L, 1L, START, name, null).execute();
    }

    public void field(String key, String type, String... options) {
        jooq.insertInto(CUSTOM_FIELD)
                .values(key, 1L, 1L, START, key, type, options)
                .execute();
    }

    public UUID message(UUID ticket, long version, String kind, UUID author, String authorKind, String body) {
        UUID id = UUID.randomUUID();
        jooq.insertInto(TICKET_MESSAGE)
                .set(TICKET_MESSAGE.TICKET_ID, ticket)
                .set(TICKET_MESSAGE.VERSION, version)
                .set(TICKET_MESSAGE.LAST_POSITION, version)
                .set(TICKET_MESSAGE.ID, id)
                .set(TICKET_MESSAGE.AUTHOR, author)
                .set(TICKET_MESSAGE.AT, START.plusSeconds(version))
                .set(TICKET_MESSAGE.KIND, kind)
                .set(TICKET_MESSAGE.AUTHOR_KIND, authorKind)
                .set(TICKET_MESSAGE.BODY, body)
                .execute();
        return id;
    }

    public void entry(UUID ticket, long version, String event, UUID actor, boolean internal, String changes) {
        jooq.insertInto(TICKET_TIMELINE)
                .set(TICKET_TIMELINE.TICKET_ID, ticket)
                .set(TICKET_TIMELINE.VERSION, version)
                .set(TICKET_TIMELINE.POSITION, 100 + version)
                .set(TICKET_TIMELINE.ACTOR, actor)
                .set(TICKET_TIMELINE.OCCURRED_AT, START.plusSeconds(version))
                .set(TICKET_TIMELINE.RECORDED_AT, START.plusSeconds(version))
                .set(TICKET_TIMELINE.INTERNAL, internal)
                .set(TICKET_TIMELINE.EVENT, event)
                .set(TICKET_TIMELINE.ACTOR_KIND, "AGENT")
                .set(TICKET_TIMELINE.CHANGES, JSONB.valueOf(changes))
                .execute();
    }

    public void link(UUID ticket, String type, UUID other) {
        jooq.insertInto(TICKET_LINK).values(ticket, type, other, 1L, ++links).execute();
    }

    public void position(long position) {
        jooq.update(GENERATION).set(GENERATION.POSITION, position).execute();
    }

    public void park(UUID ticket, long firstPosition) {
        jooq.insertInto(PARKED)
                .set(PARKED.MODEL, ReadModel.TICKETS.id())
                .set(PARKED.GENERATION, 1)
                .set(PARKED.STREAM, "ticket-" + ticket)
                .set(PARKED.TICKET_ID, ticket)
                .set(PARKED.FIRST_POSITION, firstPosition)
                .set(PARKED.CAUSE, "a test")
                .set(PARKED.SINCE, START)
                .execute();
    }

    /** What writes rows by itself, in one transaction. */
    @FunctionalInterface
    public interface Writer {
        void write(Connection connection) throws SQLException;
    }

    public void write(Writer writer) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            writer.write(connection);
            connection.commit();
        }
    }

    @Override
    public void close() {
        pool.close();
        database.close();
    }
}
