package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;

/** Keeps the latest snapshot of a stream. */
final class SnapshotStatements {

    static final String READ = "SELECT stream, version, stream_type, event_id, name, revision, occurred_at, metadata,"
            + " payload FROM log.snapshot WHERE stream = ?";

    private static final String STORE = """
            INSERT INTO log.snapshot AS s (stream, version, stream_type, event_id, name, revision, occurred_at, metadata,
                payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (stream) DO UPDATE SET version = excluded.version, stream_type = excluded.stream_type,
                event_id = excluded.event_id, name = excluded.name, revision = excluded.revision,
                occurred_at = excluded.occurred_at, metadata = excluded.metadata, payload = excluded.payload
            WHERE excluded.version >= s.version""";

    private SnapshotStatements() {}

    /** Stores the snapshot unless a later one is there. */
    static void store(Connection connection, DomainEventMessage<?> snapshot, Serializer serializer)
            throws SQLException {
        SerializedObject<byte[]> payload = snapshot.serializePayload(serializer, byte[].class);
        SerializedObject<byte[]> metadata = snapshot.serializeMetaData(serializer, byte[].class);
        try (PreparedStatement statement = connection.prepareStatement(STORE)) {
            statement.setString(1, snapshot.getAggregateIdentifier());
            statement.setLong(2, snapshot.getSequenceNumber() + 1);
            statement.setString(3, snapshot.getType());
            statement.setString(4, snapshot.getIdentifier());
            statement.setString(5, payload.getType().getName());
            statement.setString(6, payload.getType().getRevision());
            statement.setObject(7, snapshot.getTimestamp().atOffset(ZoneOffset.UTC));
            statement.setBytes(8, metadata.getData());
            statement.setBytes(9, payload.getData());
            statement.executeUpdate();
        }
    }
}
