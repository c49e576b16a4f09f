package dev.hindsight.projections.readmodel;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.projections.readmodel.Snapshot.Progress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.MappedTable;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * The way to the read models: opens a read-only snapshot in which the generations that answer for this software's
 * definition versions are known. Safe for concurrent use.
 */
public final class ReadModels {

    private static final String OWN = "CASE model" + ownVersions() + " END";

    /**
     * SQL: a table of {@code model} and {@code generation} that answers on this node: of its own definition version or,
     * until that exists, of the newest before it, or else of the oldest after it.
     */
    public static final String ANSWERING =
            "(SELECT DISTINCT ON (model) model, generation FROM readmodel.active_generation"
                    + " WHERE " + OWN + " IS NOT NULL ORDER BY model, " + Generations.nearest("definition_version", OWN)
                    + ")";

    /** All statements go to the server in one round trip. */
    private static final String OPEN = """
            SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SELECT model, generation, g.position, EXISTS (
                SELECT FROM readmodel.parked p WHERE p.model = g.model AND p.generation = g.generation),
                g.definition_version > %d
            FROM %s a JOIN readmodel.generation g USING (model, generation)""".formatted(Generations.NEVER, ANSWERING);

    private static final String OPEN_FOR = OPEN + ";\n" + Grants.QUERY;

    private static final String RECOVERED = """
            SELECT r.ready_at IS NOT NULL, g.model, g.generation, g.position, EXISTS (
                SELECT FROM readmodel.parked p WHERE p.model = g.model AND p.generation = g.generation)
            FROM readmodel.recovery r LEFT JOIN readmodel.generation g ON g.recovery = r.id
            WHERE r.name = ? AND r.dropping IS NULL""";

    private static final Pattern RECOVERY_NAME = Pattern.compile("[a-z0-9-]{1,40}");

    private static final String UNDEFINED_TABLE = "42P01";

    private static final SQLExceptionTranslator EXCEPTIONS = new SQLStateSQLExceptionTranslator();

    private final DataSource dataSource;
    private final Map<Addressed, Configuration> configurations = new ConcurrentHashMap<>();

    /** @param dataSource must not be one that hands out the connection of a surrounding transaction */
    public ReadModels(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Answers a question from one snapshot.
     *
     * @param question must not keep the snapshot, nor a lazy result of it
     * @throws DataAccessException when the database can't be reached or refuses
     */
    public <T> T read(Function<Snapshot, T> question) {
        return read(null, question);
    }

    /**
     * The same from a snapshot that knows what was granted to somebody, for no round trip more.
     *
     * @param holder null for a snapshot that knows no grants
     */
    public <T> T read(Grants.@Nullable Holder holder, Function<Snapshot, T> question) {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            var opened = open(connection, holder);
            var addressed = new Addressed(generations(opened.progress()), null);
            return answer(connection, addressed, opened, null, question);
        } catch (SQLException e) {
            throw translate(e);
        }
    }

    /**
     * The same from what was recovered to a point, which has the models {@link ReadModel#TICKETS} and {@link
     * ReadModel#DIRECTORY} alone; grants are those of now.
     *
     * @param name of the recovery
     * @throws NotFound {@code UNKNOWN_GENERATION} where none of this name is there, or no more
     * @throws Unavailable {@code GENERATION_NOT_READY} while it is being made
     */
    public <T> T readRecovered(String name, Grants.@Nullable Holder holder, Function<Snapshot, T> question) {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            var opened = open(connection, holder);
            var live = opened.progress().get(ReadModel.TICKETS);
            var progress = recovered(connection, name);
            var addressed = new Addressed(generations(progress), live == null ? null : live.generation());
            return answer(connection, addressed, new Opened(progress, opened.grants()), name, question);
        } catch (SQLException e) {
            throw translate(e);
        } catch (org.jooq.exception.DataAccessException e) {
            if (UNDEFINED_TABLE.equals(e.sqlState())) {
                throw unknown(name); // dropped since the snapshot was opened
            }
            throw e;
        }
    }

    /** Whether something that is recovered can have this name. */
    public static boolean isRecoveryName(String name) {
        return RECOVERY_NAME.matcher(name).matches();
    }

    private <T> T answer(
            Connection connection,
            Addressed addressed,
            Opened opened,
            @Nullable String recovered,
            Function<Snapshot, T> question)
            throws SQLException {
        var configuration = configurations.computeIfAbsent(addressed, ReadModels::configure);
        var jooq = DSL.using(configuration.derive(new DefaultConnectionProvider(connection)));
        var answer = question.apply(new Snapshot(jooq, opened.progress(), opened.grants(), recovered));
        connection.rollback(); // nothing was written; where the question failed, the pool does the same
        return answer;
    }

    private static Map<ReadModel, Progress> recovered(Connection connection, String name) throws SQLException {
        try (var query = connection.prepareStatement(RECOVERED)) {
            query.setString(1, name);
            var progress = new EnumMap<ReadModel, Progress>(ReadModel.class);
            try (var rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw unknown(name);
                }
                do {
                    if (!rows.getBoolean(1)) {
                        throw new Unavailable(
                                "GENERATION_NOT_READY",
                                "The generation " + name
                                        + " is still being made; GET /ops/v1/recoveries tells how far it is.",
                                10);
                    }
                    var model = ReadModel.of(rows.getString(2));
                    if (model.isPresent()) {
                        progress.put(
                                model.get(), new Progress(rows.getInt(3), rows.getLong(4), rows.getBoolean(5), true));
                    }
                } while (rows.next());
            }
            if (!progress.containsKey(ReadModel.TICKETS) || !progress.containsKey(ReadModel.DIRECTORY)) {
                throw unknown(name); // its tables are being dropped
            }
            return progress;
        }
    }

    private static NotFound unknown(String name) {
        return new NotFound("UNKNOWN_GENERATION", "There is no generation " + name + ", or no more.");
    }

    /**
     * The stored progress of the generation that answers, without a snapshot; 0 while there is none.
     *
     * @throws DataAccessException when the database can't be reached or refuses
     */
    public long position(ReadModel model) {
        try (var connection = dataSource.getConnection();
                var query =
                        connection.prepareStatement("""
                        SELECT g.position
                        FROM readmodel.active_generation a
                        JOIN readmodel.generation g ON g.model = a.model AND g.generation = a.generation
                        WHERE a.model = ?
                        ORDER BY %s
                        LIMIT 1""".formatted(Generations.nearest("a.definition_version", "?")))) {
            query.setString(1, model.id());
            query.setInt(2, model.definitionVersion());
            query.setInt(3, model.definitionVersion());
            try (var row = query.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        } catch (SQLException e) {
            throw translate(e);
        }
    }

    /** @param live generation of the live tickets beside a recovered one; null where none is asked */
    private record Addressed(
            Map<ReadModel, Integer> generations, @Nullable Integer live) {}

    private record Opened(
            Map<ReadModel, Progress> progress, @Nullable Grants grants) {}

    private static Opened open(Connection connection, Grants.@Nullable Holder holder) throws SQLException {
        try (PreparedStatement open = connection.prepareStatement(holder == null ? OPEN : OPEN_FOR)) {
            if (holder != null) {
                Grants.bind(open, holder);
            }
            open.execute();
            open.getMoreResults();
            var progress = new EnumMap<ReadModel, Progress>(ReadModel.class);
            try (var rows = open.getResultSet()) {
                while (rows.next()) {
                    var model = ReadModel.of(rows.getString(1));
                    if (model.isPresent()) {
                        progress.put(
                                model.get(),
                                new Progress(rows.getInt(2), rows.getLong(3), rows.getBoolean(4), rows.getBoolean(5)));
                    }
                }
            }
            if (holder == null) {
                return new Opened(progress, null);
            }
            open.getMoreResults();
            try (var rows = open.getResultSet()) {
                return new Opened(progress, Grants.of(rows));
            }
        }
    }

    private static Map<ReadModel, Integer> generations(Map<ReadModel, Progress> progress) {
        var generations = new EnumMap<ReadModel, Integer>(ReadModel.class);
        progress.forEach((model, its) -> generations.put(model, its.generation()));
        return generations;
    }

    private static Configuration configure(Addressed addressed) {
        var schema = new MappedSchema().withInput("readmodel");
        var live = addressed.live();
        if (live != null) {
            schema.withTables(new MappedTable()
                    .withInput(Snapshot.LIVE_TICKET.getName())
                    .withOutput(ReadModel.physicalName(TICKET.getName(), live)));
        }
        addressed
                .generations()
                .forEach((model, generation) -> model.tables()
                        .forEach(table -> schema.withTables(new MappedTable()
                                .withInput(table)
                                .withOutput(ReadModel.physicalName(table, generation)))));
        return new DefaultConfiguration()
                .set(SQLDialect.POSTGRES)
                .set(new Settings()
                        .withRenderMapping(new RenderMapping().withSchemata(schema))
                        .withInListPadding(true)
                        .withExecuteLogging(false));
    }

    private static String ownVersions() {
        var cases = new StringBuilder();
        for (var model : ReadModel.values()) {
            cases.append(" WHEN '%s' THEN %d".formatted(model.id(), model.definitionVersion()));
        }
        return cases.toString();
    }

    private static DataAccessException translate(SQLException e) {
        var translated = EXCEPTIONS.translate("read models", null, e);
        return translated != null
                ? translated
                : new org.springframework.jdbc.UncategorizedSQLException("read models", null, e);
    }
}
