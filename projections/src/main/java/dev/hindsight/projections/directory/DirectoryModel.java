package dev.hindsight.projections.directory;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One generation of the directory read model. Every kind of entry is a stream of its own and has a table of its own. */
public final class DirectoryModel implements StreamFold<DirectoryEntry> {

    private final int generation;
    private final List<DirectoryTable<?>> tables;

    public DirectoryModel(int generation) {
        this.generation = generation;
        this.tables = DirectoryTable.all(generation);
    }

    @Override
    public ReadModel model() {
        return ReadModel.DIRECTORY;
    }

    @Override
    public int generation() {
        return generation;
    }

    @Override
    public boolean reads(String stream) {
        return tables.stream().anyMatch(table -> table.holds(stream));
    }

    @Override
    public List<String> prefixes() {
        return tables.stream().map(DirectoryTable::prefix).toList();
    }

    @Override
    public List<StreamTable> tables() {
        return tables.stream().map(DirectoryTable::layout).toList();
    }

    @Override
    public DirectoryEntry begin(String stream) {
        return new DirectoryEntry(null);
    }

    @Override
    public Map<String, DirectoryEntry> load(Connection connection, Collection<String> streams) throws SQLException {
        var found = new HashMap<String, DirectoryEntry>();
        for (var table : tables) {
            var its = streams.stream().filter(table::holds).toList();
            if (!its.isEmpty()) {
                table.load(connection, its).forEach((stream, row) -> found.put(stream, new DirectoryEntry(row)));
            }
        }
        return found;
    }

    @Override
    public long version(DirectoryEntry entry) {
        return entry.row == null ? 0 : entry.row.version();
    }

    @Override
    public void apply(DirectoryEntry entry, LoggedEvent event) {
        entry.row = DirectoryFold.step(entry.row, event);
    }

    @Override
    public void leaveOut(DirectoryEntry entry, long version, long position) {
        if (entry.row != null) {
            entry.row = entry.row.at(version, position);
        }
    }

    @Override
    public void write(Connection connection, Collection<DirectoryEntry> entries) throws SQLException {
        var rows = rows(entries);
        for (var table : tables) {
            table.write(connection, rows);
        }
    }

    @Override
    public void copy(Collection<DirectoryEntry> entries, CopyBatch batch) {
        var rows = rows(entries);
        for (var table : tables) {
            table.copy(rows, batch);
        }
    }

    private static List<DirectoryRow> rows(Collection<DirectoryEntry> entries) {
        var rows = new ArrayList<DirectoryRow>();
        for (var entry : entries) {
            if (entry.row != null) {
                rows.add(entry.row);
            }
        }
        return rows;
    }

    @Override
    public void delete(Connection connection, Collection<String> streams) throws SQLException {
        for (var table : tables) {
            var its = streams.stream().filter(table::holds).toList();
            if (!its.isEmpty()) {
                table.delete(connection, its);
            }
        }
    }
}
