package dev.hindsight.projections.live;

import dev.hindsight.domain.Refusal;
import dev.hindsight.projections.FoldFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** Tells the fault of one stream's events, which parks that stream, from a fault of the infrastructure, which never does. */
public final class Faults {

    /** SQLState classes that blame the data: cardinality, value, constraint, program limit. All others back off. */
    private static final Set<String> OF_DATA = Set.of("21", "22", "23", "54");

    private Faults() {}

    /** Whether trying again later may help: nothing is said about any event. */
    public static boolean ofInfrastructure(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return !ofData(sql);
            } else if (cause instanceof IOException
                    || cause instanceof UncheckedIOException
                    || cause instanceof Error) {
                return true;
            }
        }
        return fault instanceof DataAccessException;
    }

    /** Whether the data of a row was refused. */
    public static boolean ofData(SQLException fault) {
        var state = fault.getSQLState();
        return state != null && state.length() == 5 && OF_DATA.contains(state.substring(0, 2));
    }

    /** Some rows. */
    public interface Writing {

        /** @return whether what was written is to stay */
        boolean write() throws SQLException;
    }

    /**
     * Writes in a savepoint.
     *
     * @param connection in a transaction
     * @return the fault of the data, after which nothing of it is written; null where there is none
     * @throws SQLException for faults that say nothing about the data
     */
    public static @Nullable SQLException ofDataIn(Connection connection, Writing writing) throws SQLException {
        var savepoint = connection.setSavepoint();
        try {
            if (writing.write()) {
                connection.releaseSavepoint(savepoint);
            } else {
                connection.rollback(savepoint);
            }
            return null;
        } catch (SQLException e) {
            if (!ofData(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            return e;
        }
    }

    /**
     * What operators read. Messages of other software may quote what an event holds, so only our own are told; the place
     * in our code says the rest.
     */
    public static String describe(Throwable fault) {
        var text = new StringBuilder(fault.getClass().getSimpleName());
        if (fault instanceof FoldFailure || fault instanceof Refusal) {
            text.append(": ").append(fault.getMessage());
        } else if (fault instanceof SQLException sql) {
            text.append(": SQLSTATE ").append(sql.getSQLState());
        }
        var place = place(fault);
        return place == null
                ? text.toString()
                : text.append(" at ").append(place).toString();
    }

    private static @Nullable String place(Throwable fault) {
        for (var frame : fault.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.hindsight.")) {
                var type = frame.getClassName();
                return type.substring(type.lastIndexOf('.') + 1) + ":" + frame.getLineNumber();
            }
        }
        return null;
    }
}
