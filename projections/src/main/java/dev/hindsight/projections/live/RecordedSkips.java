package dev.hindsight.projections.live;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterSkipped;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** What operators had left out stands in the log, and is taken from there where the read models begin anew. */
public final class RecordedSkips {

    private static final Logger LOG = LoggerFactory.getLogger(RecordedSkips.class);
    private static final String OPERATIONS = "operations";

    private RecordedSkips() {}

    /**
     * Stores every skip on record that is not stored; safe on several nodes at once.
     *
     * @throws org.springframework.dao.DataAccessException when the database does not answer
     */
    public static void restore(EventLog log, DataSource dataSource) {
        new JdbcTemplate(dataSource).execute((ConnectionCallback<Boolean>) connection -> {
            try (var events = log.eventsOf(OPERATIONS)) {
                var each = events.iterator();
                while (each.hasNext()) {
                    restore(connection, each.next());
                }
            }
            return true;
        });
    }

    private static void restore(Connection connection, LoggedEvent event) throws SQLException {
        try {
            if (event.event() instanceof DeadLetterSkipped skipped) {
                var model = ReadModel.of(skipped.model());
                if (model.isPresent()) {
                    new ParkedStreams(model.get(), 0).skip(connection, skipped.position(), skipped.reason());
                }
            }
        } catch (UnknownEvent e) {
            LOG.warn(
                    "Position {} of the log is of a newer version; a skip that it may tell of is not known here",
                    event.position());
        }
    }
}
