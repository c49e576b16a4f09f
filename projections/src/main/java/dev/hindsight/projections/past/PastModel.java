package dev.hindsight.projections.past;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.tickets.TicketFold;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** One generation of the past of tickets: the fold of the live list, with every state kept. */
public final class PastModel implements StreamFold<PastRows> {

    private static final String STREAM = "ticket-";
    private static final String STATES = "ticket_past";

    private final int generation;
    private final PastTables tables;

    public PastModel(int generation) {
        this.generation = generation;
        this.tables = new PastTables(generation);
    }

    @Override
    public ReadModel model() {
        return ReadModel.TICKET_PAST;
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
        return ReadModel.TICKET_PAST.tables().stream()
                .map(table -> new StreamTable(table, STREAM, "id", "last_position", STATES, "id"))
                .toList();
    }

    @Override
    public PastRows begin(String stream) {
        return new PastRows(null, 0);
    }

    @Override
    public Map<String, PastRows> load(Connection connection, Collection<String> streams) throws SQLException {
        var found = new HashMap<String, PastRows>();
        for (var rows : tables.load(
                connection, streams.stream().map(PastModel::ticketId).toList())) {
            found.put(STREAM + Objects.requireNonNull(rows.row).id(), rows);
        }
        return found;
    }

    @Override
    public long version(PastRows rows) {
        return rows.row == null ? 0 : rows.row.version();
    }

    @Override
    public void apply(PastRows rows, LoggedEvent event) {
        var after = TicketFold.step(rows.row, event).row();
        var actor = event.envelope().actor();
        rows.add(after, event.event().getClass().getSimpleName(), actor.kind(), actor.person());
    }

    /** A ticket whose opening is left out has no row; its next event will not fit. */
    @Override
    public void leaveOut(PastRows rows, long version, long position) {
        if (rows.row != null) {
            rows.add(TicketFold.leftOut(rows.row, version, position), PastState.LEFT_OUT, null, null);
        }
    }

    @Override
    public void write(Connection connection, Collection<PastRows> rows) throws SQLException {
        tables.write(connection, rows);
    }

    @Override
    public void copy(Collection<PastRows> rows, CopyBatch batch) {
        PastTables.copy(rows, batch);
    }

    @Override
    public void delete(Connection connection, Collection<String> streams) throws SQLException {
        tables.delete(connection, streams.stream().map(PastModel::ticketId).toList());
    }

    private static UUID ticketId(String stream) {
        return UUID.fromString(stream.substring(STREAM.length()));
    }
}
