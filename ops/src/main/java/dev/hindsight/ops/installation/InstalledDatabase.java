package dev.hindsight.ops.installation;

import dev.hindsight.ops.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database of an installation, as the application's role, for commands that look into it: the one that a running
 * server has started, or else started for as long as this is open.
 */
public final class InstalledDatabase implements AutoCloseable {

    private static final int PORT_LINE = 3;

    private final DataSource dataSource;
    private final @Nullable EmbeddedPostgres own;

    private InstalledDatabase(DataSource dataSource, @Nullable EmbeddedPostgres own) {
        this.dataSource = dataSource;
        this.own = own;
    }

    /**
     * @param data the installation's folder
     * @throws dev.hindsight.ops.embedded.EmbeddedServerException when it does not come up, with the reason it gives
     */
    public static InstalledDatabase open(Path data) {
        Path postgres = data.resolve("postgres");
        String password = Secrets.of(data).get(Installation.APPLICATION);
        DataSource running = running(postgres.resolve("data").resolve("postmaster.pid"), password);
        if (running != null) {
            return new InstalledDatabase(running, null);
        }
        EmbeddedPostgres started = EmbeddedPostgres.start(EmbeddedPostgres.Options.in(postgres));
        return new InstalledDatabase(at(started.url(Installation.DATABASE), password), started);
    }

    private static @Nullable DataSource running(Path pid, String password) {
        if (Files.notExists(pid)) {
            return null;
        }
        try {
            List<String> lines = Files.readAllLines(pid);
            DataSource found = at(
                    "jdbc:postgresql://127.0.0.1:"
                            + Integer.parseInt(lines.get(PORT_LINE).strip()) + "/" + Installation.DATABASE,
                    password);
            try (Connection connection = found.getConnection()) {
                return connection.isValid(2) ? found : null;
            }
        } catch (SQLException | NumberFormatException | IndexOutOfBoundsException notRunning) {
            return null; // what a killed server left
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataSource at(String url, String password) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(Installation.APPLICATION);
        dataSource.setPassword(password);
        return dataSource;
    }

    /** New connections, not pooled. */
    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }
}
