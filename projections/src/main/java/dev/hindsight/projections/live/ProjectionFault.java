package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.SQLException;

/** The database failed while a model was written; nothing of the batch is kept, and it is tried again. */
final class ProjectionFault extends RuntimeException {

    ProjectionFault(ReadModel model, SQLException cause) {
        super("model " + model.id() + " could not be written: SQLSTATE " + cause.getSQLState(), cause);
    }
}
