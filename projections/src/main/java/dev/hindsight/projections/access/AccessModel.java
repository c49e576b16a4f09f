package dev.hindsight.projections.access;

import dev.hindsight.domain.operations.OperationsEvent.Access;
import dev.hindsight.domain.operations.OperationsEvent.AccessRecorded;
import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.SetInsert;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One generation of the access records. Each batch is a stream of one event and one row. */
public final class AccessModel implements StreamFold<AccessModel.Batch> {

    private static final String TABLE = "access_batch";
    private static final JsonMapper JSON = JsonMapper.shared();

    /** A batch while it is folded. Not for concurrent use. */
    static final class Batch {
        private @Nullable Row row;
        private long version;
    }

    private record Row(long version, long position, AccessRecorded event) {

        private Instant first() {
            return event.accesses().stream()
                    .map(Access::at)
                    .min(Instant::compareTo)
                    .orElse(event.at());
        }

        private Instant last() {
            return event.accesses().stream()
                    .map(Access::at)
                    .max(Instant::compareTo)
                    .orElse(event.at());
        }

        private Collection<UUID> all(Function<Access, @Nullable UUID> of) {
            TreeSet<UUID> all = new TreeSet<>();
            for (Access access : event.accesses()) {
                UUID one = of.apply(access);
                if (one != null) {
                    all.add(one);
                }
            }
            return all;
        }
    }

    private static final SetInsert.Columns<Row> COLUMNS = new SetInsert.Columns<Row>()
            .add("id", "uuid", row -> row.event().batchId())
            .add("version", "bigint", Row::version)
            .add("last_position", "bigint", Row::position)
            .add("first_at", "timestamptz", Row::first)
            .add("last_at", "timestamptz", Row::last)
            .add("people", "uuid[]", row -> row.all(Access::person))
            .add("tickets", "uuid[]", row -> row.all(Access::ticket))
            .add("lost", "bigint", row -> row.event().lost())
            .add("records", "jsonb", row -> JSON.writeValueAsString(row.event().accesses()));

    private final int generation;
    private final SetInsert<Row> insert;
    private final String physical;

    public AccessModel(int generation) {
        this.generation = generation;
        this.physical = "readmodel." + ReadModel.physicalName(TABLE, generation);
        this.insert = COLUMNS.into(physical, "ON CONFLICT DO NOTHING");
    }

    @Override
    public ReadModel model() {
        return ReadModel.ACCESS;
    }

    @Override
    public int generation() {
        return generation;
    }

    @Override
    public List<String> prefixes() {
        return List.of(AccessRecorded.STREAM);
    }

    @Override
    public List<StreamTable> tables() {
        return List.of(new StreamTable(TABLE, AccessRecorded.STREAM, "id", "last_position", TABLE, "id"));
    }

    @Override
    public boolean reads(String stream) {
        return stream.startsWith(AccessRecorded.STREAM);
    }

    @Override
    public Batch begin(String stream) {
        return new Batch();
    }

    @Override
    public Map<String, Batch> load(Connection connection, Collection<String> streams) throws SQLException {
        Map<String, Batch> found = new HashMap<>();
        try (var query = connection.prepareStatement("SELECT id, version FROM " + physical + " WHERE id = ANY (?)")) {
            query.setArray(1, ids(connection, streams));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    Batch batch = new Batch();
                    batch.version = rows.getLong(2);
                    found.put(AccessRecorded.STREAM + rows.getObject(1), batch);
                }
            }
        }
        return found;
    }

    @Override
    public long version(Batch batch) {
        return batch.version;
    }

    @Override
    public void apply(Batch batch, LoggedEvent event) {
        batch.row = new Row(event.version(), event.position(), (AccessRecorded) event.event());
        batch.version = event.version();
    }

    @Override
    public void leaveOut(Batch batch, long version, long position) {
        batch.version = version;
    }

    @Override
    public void write(Connection connection, Collection<Batch> batches) throws SQLException {
        insert.write(connection, rows(batches));
    }

    @Override
    public void copy(Collection<Batch> batches, CopyBatch batch) {
        batch.add(TABLE, COLUMNS, rows(batches));
    }

    @Override
    public void delete(Connection connection, Collection<String> streams) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM " + physical + " WHERE id = ANY (?)")) {
            delete.setArray(1, ids(connection, streams));
            delete.executeUpdate();
        }
    }

    private static List<Row> rows(Collection<Batch> batches) {
        return batches.stream().map(batch -> batch.row).filter(Objects::nonNull).toList();
    }

    private static java.sql.Array ids(Connection connection, Collection<String> streams) throws SQLException {
        return connection.createArrayOf(
                "uuid",
                streams.stream()
                        .map(stream -> UUID.fromString(stream.substring(AccessRecorded.STREAM.length())))
                        .toArray());
    }
}
