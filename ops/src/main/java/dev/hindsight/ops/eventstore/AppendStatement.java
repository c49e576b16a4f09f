package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Stores the events of one append call in one statement: one round trip, and on a connection without an open transaction
 * one atomic commit. The call's number is drawn by the table's default, or like it: see {@link Sequencing}.
 */
final class AppendStatement {

    private static final String ONE = """
            INSERT INTO log.event (append_index, stream, stream_type, version, event_id, name, revision, occurred_at,
                metadata, payload)
            VALUES (0, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING append_number""";

    private static final String MANY = """
            WITH call AS MATERIALIZED (
                SELECT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('log.append_number') END AS number
            ), stored AS (
                INSERT INTO log.event (append_number, append_index, stream, stream_type, version, event_id, name,
                    revision, occurred_at, metadata, payload)
                SELECT call.number, (e.ordinal - 1)::integer, e.stream, e.stream_type, e.version, e.event_id, e.name,
                    e.revision, e.occurred_at, e.metadata, e.payload
                FROM call, unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::timestamptz[],
                    ?::bytea[], ?::bytea[]) WITH ORDINALITY AS e (stream, stream_type, version, event_id, name, revision,
                    occurred_at, metadata, payload, ordinal)
            )
            SELECT number FROM call""";

    private AppendStatement() {}

    /** Appends the events, at least one, and returns the number of this append call. */
    static long execute(Connection connection, List<? extends EventMessage<?>> events, Serializer serializer)
            throws SQLException {
        return events.size() == 1
                ? one(connection, Row.of(events.get(0), serializer))
                : many(
                        connection,
                        events.stream().map(event -> Row.of(event, serializer)).toList());
    }

    private static long one(Connection connection, Row row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ONE)) {
            statement.setString(1, row.stream());
            statement.setString(2, row.streamType());
            statement.setLong(3, row.version());
            statement.setString(4, row.eventId());
            statement.setString(5, row.name());
            statement.setString(6, row.revision());
            statement.setObject(7, row.occurredAt().atOffset(ZoneOffset.UTC));
            statement.setBytes(8, row.metadata());
            statement.setBytes(9, row.payload());
            return numberFrom(statement);
        }
    }

    private static long many(Connection connection, List<Row> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MANY)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::stream).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::streamType).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint", rows.stream().map(Row::version).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::eventId).toArray()));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::name).toArray()));
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::revision).toArray()));
            statement.setArray(
                    7,
                    connection.createArrayOf(
                            "timestamptz",
                            rows.stream()
                                    .map(row -> row.occurredAt().toString())
                                    .toArray()));
            statement.setArray(
                    8,
                    connection.createArrayOf(
                            "bytea", rows.stream().map(Row::metadata).toArray(byte[][]::new)));
            statement.setArray(
                    9,
                    connection.createArrayOf(
                            "bytea", rows.stream().map(Row::payload).toArray(byte[][]::new)));
            return numberFrom(statement);
        }
    }

    private static long numberFrom(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getLong(1);
        }
    }

    /** One event, serialized. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(
            String stream,
            @Nullable String streamType,
            long version,
            String eventId,
            String name,
            @Nullable String revision,
            Instant occurredAt,
            byte[] metadata,
            byte[] payload) {

        static Row of(EventMessage<?> event, Serializer serializer) {
            SerializedObject<byte[]> payload = event.serializePayload(serializer, byte[].class);
            SerializedObject<byte[]> metadata = event.serializeMetaData(serializer, byte[].class);
            // An event of no aggregate gets a stream of its own, so that (stream, version) stays the one key.
            boolean inStream = event instanceof DomainEventMessage<?>;
            return new Row(
                    inStream
                            ? ((DomainEventMessage<?>) event).getAggregateIdentifier()
                            : "event-" + event.getIdentifier(),
                    inStream ? typeOf((DomainEventMessage<?>) event) : null,
                    inStream ? ((DomainEventMessage<?>) event).getSequenceNumber() + 1 : 1,
                    event.getIdentifier(),
                    payload.getType().getName(),
                    payload.getType().getRevision(),
                    event.getTimestamp().truncatedTo(ChronoUnit.MICROS),
                    metadata.getData(),
                    payload.getData());
        }

        private static String typeOf(DomainEventMessage<?> event) {
            @Nullable String type = event.getType();
            return type == null ? "" : type;
        }
    }
}
