package dev.hindsight.ops.eventstore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Rows of {@code COPY … TO STDOUT (FORMAT BINARY)}, column by column in order. The format is PostgreSQL's (COPY, "Binary
 * Format"): a header, then per row a count of fields and per field a length, -1 for null, and the value in big-endian.
 */
final class CopyRows implements AutoCloseable {

    private static final int SIGNATURE = 11;
    private static final long MICROS_FROM_1970_TO_2000 = 946_684_800_000_000L;

    private final CopyOut copy;
    private ByteBuffer row = ByteBuffer.allocate(0);
    private boolean begun;
    private boolean ended;
    private final @Nullable String[] recent = new String[64];
    private final byte[][] recentBytes = new byte[64][];

    private CopyRows(CopyOut copy) {
        this.copy = copy;
    }

    /** Begins to copy what the query selects; the connection can do nothing else until this is closed. */
    static CopyRows of(Connection connection, String query) throws SQLException {
        return new CopyRows(connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + query + ") TO STDOUT (FORMAT BINARY)"));
    }

    /** Goes to the next row; false after the last. */
    boolean next() throws SQLException {
        byte @Nullable [] message = ended ? null : copy.readFromCopy();
        if (message == null) {
            ended = true;
            return false;
        }
        row = ByteBuffer.wrap(message);
        if (!begun) {
            begun = true;
            row.position(SIGNATURE + Integer.BYTES);
            int extension = row.getInt();
            row.position(row.position() + extension);
            if (!row.hasRemaining()) {
                return next();
            }
        }
        // The trailer is a row of -1 fields; one more read lets the driver see the end of the command.
        return row.getShort() != -1 || next();
    }

    /** A bigint, not null. */
    long longValue() {
        row.getInt();
        return row.getLong();
    }

    /** An integer, not null. */
    int intValue() {
        row.getInt();
        return row.getInt();
    }

    /** A timestamptz, not null, in microseconds since 1970. */
    long micros() {
        return longValue() + MICROS_FROM_1970_TO_2000;
    }

    /** A timestamptz, not null. */
    Instant instant() {
        return instant(micros());
    }

    static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
    }

    /** A bytea, not null. */
    byte[] bytes() {
        byte[] value = new byte[row.getInt()];
        row.get(value);
        return value;
    }

    /** A text, not null. */
    String text() {
        int length = row.getInt();
        String value = new String(row.array(), row.position(), length, StandardCharsets.UTF_8);
        row.position(row.position() + length);
        return value;
    }

    /** A text of which there are few, not null: the same text gives the same String. */
    String repeatedText() {
        int length = row.getInt();
        int from = row.position();
        row.position(from + length);
        byte[] bytes = row.array();
        int slot = length;
        for (int i = from; i < from + length; i++) {
            slot = 31 * slot + bytes[i];
        }
        slot &= recent.length - 1;
        @Nullable String known = recent[slot];
        if (known != null
                && Arrays.equals(recentBytes[slot], 0, recentBytes[slot].length, bytes, from, from + length)) {
            return known;
        }
        String value = new String(bytes, from, length, StandardCharsets.UTF_8);
        recent[slot] = value;
        recentBytes[slot] = Arrays.copyOfRange(bytes, from, from + length);
        return value;
    }

    /** The same for a text that may be null. */
    @Nullable
    String repeatedTextOrNull() {
        int at = row.position();
        if (row.getInt() == -1) {
            return null;
        }
        row.position(at);
        return repeatedText();
    }

    /** Ends the command, wherever it is, so that the connection can be used again. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
