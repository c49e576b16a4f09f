package dev.hindsight.query.search;

import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.SharedPostgres;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.projections.search.SearchFollowers;
import dev.hindsight.projections.search.SearchProjection;
import dev.hindsight.query.GrantTables;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Rows of the read model "tickets" written as its projection would, an index of one's own, and the real follower between. */
final class SearchStage implements AutoCloseable {

    private static final AtomicInteger STAGES = new AtomicInteger();

    final ReadModels models;
    final FreshnessGate gate;
    final OpenSearchConnection connection;
    final TicketIndex index;
    final SearchFollowers follower;
    final GrantTables grants;
    private final SharedPostgres.Database database;
    private final HikariDataSource pool;
    private final JdbcClient jdbc;
    private final JdbcTemplate template;
    private long position;
    private int numbers;

    SearchStage(URI openSearch) {
        database = SharedPostgres.database();
        pool = new HikariDataSource();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(4);
        DataSource dataSource = pool;
        Flyway.configure()
                .dataSource(dataSource)
                .schemas("readmodel")
                .locations("classpath:db/migration/readmodel")
                .load()
                .migrate();
        grants = new GrantTables(dataSource);
        jdbc = JdbcClient.create(dataSource);
        template = new JdbcTemplate(dataSource);
        var transactions = new JdbcTransactionManager(dataSource);
        var generations = new Generations(dataSource, new TransactionTemplate(transactions));
        generations.ensure(ReadModel.TICKETS);
        generations.ensure(ReadModel.DIRECTORY);
        generations.ensure(ReadModel.TICKET_SEARCH);
        models = new ReadModels(dataSource);
        gate = new FreshnessGate(models::position);
        var settings = new OpenSearchSettings(
                List.of(openSearch),
                null,
                null,
                "stage" + ProcessHandle.current().pid() + "-" + STAGES.incrementAndGet() + "-",
                1,
                0);
        connection = new OpenSearchConnection(settings);
        index = new TicketIndex(settings.indexPrefix());
        follower = SearchProjection.Search.of(connection, settings, dataSource, models, generations, gate)
                .followers();
        follower.start();
    }

    /** A ticket as its row shows it; saved again, it has changed. */
    final class Row {
        final UUID id = UUID.randomUUID();
        final long number;
        private final List<String[]> messages = new ArrayList<>();
        private @Nullable String subject;
        private @Nullable String description;
        private String status = "OPEN";
        private String type = "INCIDENT";
        private int priority = 3;
        private @Nullable UUID requester;
        private @Nullable UUID assignee;
        private @Nullable String queue;
        private @Nullable String category;
        private String[] tags = {};
        private String customFields = "{}";
        private Instant created = Instant.parse("2026-01-15T12:00:00Z");

        private Row(long number) {
            this.number = number;
        }

        Row subject(String text) {
            subject = text;
            return this;
        }

        Row description(String text) {
            description = text;
            return this;
        }

        Row status(String word) {
            status = word;
            return this;
        }

        Row type(String word) {
            type = word;
            return this;
        }

        Row priority(int level) {
            priority = level;
            return this;
        }

        Row requester(UUID person) {
            requester = person;
            return this;
        }

        Row assignee(UUID person) {
            assignee = person;
            return this;
        }

        Row queue(String key) {
            queue = key;
            return this;
        }

        Row category(String key) {
            category = key;
            return this;
        }

        Row tags(String... words) {
            tags = words;
            return this;
        }

        Row customFields(String json) {
            customFields = json;
            return this;
        }

        Row created(String instant) {
            created = Instant.parse(instant);
            return this;
        }

        Row reply(String body) {
            messages.add(new String[] {"PUBLIC_REPLY", body});
            return this;
        }

        Row note(String body) {
            messages.add(new String[] {"INTERNAL_NOTE", body});
            return this;
        }

        /** Takes the row away, as a fold that starts anew does before it writes it again. */
        void delete() {
            jdbc.sql("DELETE FROM readmodel.ticket_g1 WHERE id = ?").param(id).update();
        }

        /** Writes row and messages at the next position. */
        Row save() {
            position++;
            jdbc.sql("DELETE FROM readmodel.ticket_g1 WHERE id = ?").param(id).update();
            jdbc.sql("""
                            INSERT INTO readmodel.ticket_g1 (id, number, version, last_position, created_at, updated_at,
                                requester, assignee, priority, type, status, category, queue, channel, tags,
                                custom_fields, subject, description)
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'WEB', ?, ?::jsonb, ?, ?)""")
                    .params(Arrays.asList(
                            id,
                            number,
                            position,
                            position,
                            at(created),
                            at(created.plusSeconds(position)),
                            requester,
                            assignee,
                            priority,
                            type,
                            status,
                            category,
                            queue,
                            tags,
                            customFields,
                            subject,
                            description))
                    .update();
            jdbc.sql("DELETE FROM readmodel.ticket_message_g1 WHERE ticket_id = ?")
                    .param(id)
                    .update();
            for (int i = 0; i < messages.size(); i++) {
                jdbc.sql("""
                                INSERT INTO readmodel.ticket_message_g1
                                    (ticket_id, version, last_position, id, at, kind, author_kind, body)
                                VALUES (?, ?, ?, ?, ?, ?, 'AGENT', ?)""")
                        .params(id, i + 1, position, UUID.randomUUID(), at(created))
                        .params((Object[]) messages.get(i))
                        .update();
            }
            jdbc.sql("UPDATE readmodel.generation SET position = ? WHERE model = 'tickets'")
                    .param(position)
                    .update();
            return this;
        }
    }

    Row ticket(String subject) {
        return new Row(1_000 + ++numbers).subject(subject);
    }

    void park(Row ticket) {
        jdbc.sql("""
                        INSERT INTO readmodel.parked (model, generation, stream, ticket_id, first_position, cause)
                        VALUES ('tickets', 1, ?, ?, ?, 'a test')""").params("ticket-" + ticket.id, ticket.id, position).update();
    }

    void release(Row ticket) {
        jdbc.sql("DELETE FROM readmodel.parked WHERE ticket_id = ?")
                .param(ticket.id)
                .update();
    }

    /** Many tickets of two messages each, words as frequent as words are. */
    void fill(int tickets, long seed) {
        var random = new Random(seed);
        for (int batch = 0; batch < tickets; batch += 500) {
            var rows = new ArrayList<Object[]>();
            var messages = new ArrayList<Object[]>();
            for (int i = 0; i < 500; i++) {
                UUID id = UUID.randomUUID();
                position++;
                rows.add(new Object[] {id, ++numbers, position, words(random, 6), words(random, 60)});
                messages.add(new Object[] {id, position, UUID.randomUUID(), "PUBLIC_REPLY", words(random, 40)});
                messages.add(new Object[] {id, position, UUID.randomUUID(), "INTERNAL_NOTE", words(random, 25)});
            }
            template.batchUpdate("""
                    INSERT INTO readmodel.ticket_g1 (id, number, version, last_position, created_at, updated_at,
                        priority, type, status, queue, channel, tags, subject, description)
                    SELECT r.id, r.number, 3, r.position, r.at, r.at, 1 + r.number % 5, 'INCIDENT',
                        (ARRAY['NEW', 'OPEN', 'PENDING', 'RESOLVED', 'CLOSED'])[1 + r.number % 5],
                        'queue-' || r.number % 12, 'WEB',
                        CASE WHEN r.number % 2 = 0 THEN ARRAY[split_part(r.subject, ' ', 1)] ELSE '{}' END, r.subject, r.description
                    FROM (SELECT ?::uuid AS id, ?::bigint AS number, ?::bigint AS position, ? AS subject,
                        ? AS description, timestamptz '2026-01-01 00:00Z' + random() * interval '100 days' AS at) r""", rows);
            template.batchUpdate("""
                    INSERT INTO readmodel.ticket_message_g1
                        (ticket_id, version, last_position, id, at, kind, author_kind, body)
                    SELECT ?, CASE r.kind WHEN 'PUBLIC_REPLY' THEN 2 ELSE 3 END, r.position, r.id, now(), r.kind,
                        'AGENT', r.body
                    FROM (SELECT ?::bigint AS position, ?::uuid AS id, ? AS kind, ? AS body) r""", messages);
        }
        jdbc.sql("UPDATE readmodel.generation SET position = ? WHERE model = 'tickets'")
                .param(position)
                .update();
        template.execute("ANALYZE readmodel.ticket_g1, readmodel.ticket_message_g1");
    }

    /** Made-up words, few of them frequent and most of them rare. */
    static String words(Random random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int rank = (int) Math.exp(random.nextDouble() * Math.log(8_000));
            text.append(i == 0 ? "" : " ").append(word(rank));
        }
        return text.toString();
    }

    static String word(int rank) {
        var word = new StringBuilder();
        for (int rest = rank * 7 + 11; rest > 0; rest /= 17) {
            word.append("bdfgklmnprstvwxzq".charAt(rest % 17)).append("aeiou".charAt(rest % 5));
        }
        return word.toString();
    }

    /** Waits until everything saved can be found. */
    void awaitFindable() {
        if (!gate.await(ReadModel.TICKET_SEARCH, position, Duration.ofSeconds(60))) {
            throw new AssertionError("not findable in time: " + follower.status());
        }
    }

    long number(UUID ticket) {
        return jdbc.sql("SELECT number FROM readmodel.ticket_g1 WHERE id = ?")
                .param(ticket)
                .query(Long.class)
                .single();
    }

    /** What the registry says of the search model. */
    String state() {
        return jdbc.sql("SELECT concat_ws(' ', state, detail) FROM readmodel.generation WHERE model = 'ticket-search'")
                .query(String.class)
                .single();
    }

    /** Looks again and again, for a while. */
    boolean eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000_000);
        }
        return condition.getAsBoolean();
    }

    long position() {
        return position;
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    @Override
    public void close() throws java.io.IOException {
        follower.stop();
        connection.close();
        pool.close();
        database.close();
    }
}
