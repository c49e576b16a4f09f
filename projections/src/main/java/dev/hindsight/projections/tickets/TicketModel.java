package dev.hindsight.projections.tickets;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One generation of the tickets read model. */
public final class TicketModel implements StreamFold<TicketRows> {

    private static final String STREAM = "ticket-";

    private final int generation;
    private final TicketTables tables;

    public TicketModel(int generation) {
        this.generation = generation;
        this.tables = new TicketTables(generation);
    }

    @Override
    public ReadModel model() {
        return ReadModel.TICKETS;
    }

    @Override
    public int generation() {
        return generation;
    }

    @Override
    public boolean reads(String stream) {
        return stream.startsWith(STREAM);
    }

    @Override
    public List<String> prefixes() {
        return List.of(STREAM);
    }

    @Override
    public List<StreamTable> tables() {
        return ReadModel.TICKETS.tables().stream()
                .map(table -> new StreamTable(
                        table,
                        STREAM,
                        table.equals("ticket") ? "id" : "ticket_id",
                        table.equals("ticket_timeline") ? "position" : "last_position",
                        "ticket",
                        "id"))
                .toList();
    }

    @Override
    public TicketRows begin(String stream) {
        return new TicketRows(null);
    }

    @Override
    public Map<String, TicketRows> load(Connection connection, Collection<String> streams) throws SQLException {
        var found = new HashMap<String, TicketRows>();
        for (var row : tables.load(
                connection, streams.stream().map(TicketModel::ticketId).toList())) {
            found.put(STREAM + row.id(), new TicketRows(row));
        }
        return found;
    }

    @Override
    public long version(TicketRows rows) {
        return rows.row == null ? 0 : rows.row.version();
    }

    @Override
    public void apply(TicketRows rows, LoggedEvent event) {
        rows.add(TicketFold.step(rows.row, event));
    }

    /** A ticket whose opening is left out has no row; its next event will not fit. */
    @Override
    public void leaveOut(TicketRows rows, long version, long position) {
        if (rows.row != null) {
            rows.row = TicketFold.leftOut(rows.row, version, position);
        }
    }

    @Override
    public void write(Connection connection, Collection<TicketRows> rows) throws SQLException {
        tables.write(connection, rows);
    }

    @Override
    public void copy(Collection<TicketRows> rows, CopyBatch batch) {
        TicketTables.copy(rows, batch);
    }

    @Override
    public void delete(Connection connection, Collection<String> streams) throws SQLException {
        tables.delete(connection, streams.stream().map(TicketModel::ticketId).toList());
    }

    private static UUID ticketId(String stream) {
        return UUID.fromString(stream.substring(STREAM.length()));
    }
}
