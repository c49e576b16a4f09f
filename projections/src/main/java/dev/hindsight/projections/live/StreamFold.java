package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One generation of a read model: how the events of a stream become rows, and how rows are written, set by set. Knows
 * nothing of progress, parking or transactions. Used by one thread at a time.
 *
 * @param <R> the rows of one stream that are to be written: what it was before, and what events add
 */
public interface StreamFold<R> {

    ReadModel model();

    int generation();

    /** How the names of the streams begin that the model reads; no other stream is. */
    List<String> prefixes();

    /** Where the rows of a stream lie, in all the model's tables. */
    List<StreamTable> tables();

    /** Whether the model has to do with this stream at all; events of others are not even decoded. */
    boolean reads(String stream);

    /** Rows of a stream that has none yet. */
    R begin(String stream);

    /** What is there of these streams; streams that have no rows are absent. */
    Map<String, R> load(Connection connection, Collection<String> streams) throws SQLException;

    /** The last event that these rows include, 0 for none. */
    long version(R rows);

    /**
     * Adds one event.
     *
     * @throws RuntimeException when the event does not fit; the rows are then as they were
     */
    void apply(R rows, LoggedEvent event);

    /** Passes over one event that an operator has the model leave out; the rows' version counts it. */
    void leaveOut(R rows, long version, long position);

    /** Writes the rows; repeating it changes nothing. */
    void write(Connection connection, Collection<R> rows) throws SQLException;

    /** Adds everything that whole streams have made, each begun by {@link #begin} and not loaded. */
    void copy(Collection<R> rows, CopyBatch batch);

    /** Removes every row of these streams. */
    void delete(Connection connection, Collection<String> streams) throws SQLException;
}
