package dev.hindsight.projections.readmodel;

import java.sql.Connection;
import java.sql.SQLException;

/** Connections outside the pool, for statements that take as long as they take. */
@FunctionalInterface
public interface LongConnections {

    /** A new one; whoever opens it closes it. */
    Connection open() throws SQLException;
}
