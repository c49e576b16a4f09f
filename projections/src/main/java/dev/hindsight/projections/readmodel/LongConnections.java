package dev.hindsight.projections.readmodel;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Connections outside the pool, for statements that take as long as they take and locks of sessions: the server notices
 * within some seconds that the node is gone, in the middle of a statement, too, and frees them.
 */
@FunctionalInterface
public interface LongConnections {

    /**
     * A new one; whoever opens it closes it.
     *
     * @throws SQLException when the database does not answer, or has no connection left
     */
    Connection open() throws SQLException;
}
