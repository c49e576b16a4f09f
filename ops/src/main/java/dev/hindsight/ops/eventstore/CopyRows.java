package dev.hindsight.ops.eventstore;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
    private static final String QUERY_CANCELED = "57014";
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long MICROS_FROM_1970_TO_2000 = 946_684_800_000_000L;

    private final PGConnection connection;
    private final CopyOut copy;
    private byte[] row = new byte[0];
    private int at;
    private boolean begun;
    private boolean ended;
    private final @Nullable String[] recent = new String[64];
    private final byte[][] recentBytes = new byte[64][];
    private String last = "";
    private byte[] lastBytes = new byte[0];

    private CopyRows(PGConnection connection, CopyOut copy) {
        this.connection = connection;
        this.copy = copy;
    }

    /** Begins to copy what the query selects; the connection can do nothing else until this is closed. */
    static CopyRows of(Connection connection, String query) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        return new CopyRows(driver, driver.getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT (FORMAT BINARY)"));
    }

    /** Goes to the next row; false after the last. */
    boolean next() throws SQLException {
        byte @Nullable [] message = ended ? null : copy.readFromCopy();
        if (message == null) {
            ended = true;
            return false;
        }
        row = message;
        at = 0;
        if (!begun) {
            begun = true;
            at = SIGNATURE + Integer.BYTES;
            int extension = nextInt();
            at += extension;
            if (at == row.length) {
                return next();
            }
        }
        // The trailer is a row of -1 fields; one more read lets the driver see the end of the command.
        short fields = (short) SHORT.get(row, at);
        at += Short.BYTES;
        return fields != -1 || next();
    }

    private int nextInt() {
        int value = (int) INT.get(row, at);
        at += Integer.BYTES;
        return value;
    }

    /** A bigint, not null. */
    long longValue() {
        long value = (long) LONG.get(row, at + Integer.BYTES);
        at += Integer.BYTES + Long.BYTES;
        return value;
    }

    /** An integer, not null. */
    int intValue() {
        at += Integer.BYTES;
        return nextInt();
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
        int length = nextInt();
        byte[] value = Arrays.copyOfRange(row, at, at + length);
        at += length;
        return value;
    }

    /** A text, not null. */
    String text() {
        int length = nextInt();
        String value = new String(row, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }

    /** A text that is often the same as in the row before, not null; for one column of the rows. */
    String textLikeLast() {
        int length = nextInt();
        int from = at;
        at += length;
        if (length != lastBytes.length || !Arrays.equals(lastBytes, 0, length, row, from, at)) {
            lastBytes = Arrays.copyOfRange(row, from, at);
            last = new String(row, from, length, StandardCharsets.UTF_8);
        }
        return last;
    }

    /** A text of which there are few, not null: the same text gives the same String. */
    String repeatedText() {
        int length = nextInt();
        int from = at;
        at += length;
        int slot = length;
        for (int i = from; i < at; i++) {
            slot = 31 * slot + row[i];
        }
        slot &= recent.length - 1;
        @Nullable String known = recent[slot];
        if (known != null && Arrays.equals(recentBytes[slot], 0, recentBytes[slot].length, row, from, at)) {
            return known;
        }
        String value = new String(row, from, length, StandardCharsets.UTF_8);
        recent[slot] = value;
        recentBytes[slot] = Arrays.copyOfRange(row, from, at);
        return value;
    }

    /** The same for a text that may be null. */
    @Nullable
    String repeatedTextOrNull() {
        if ((int) INT.get(row, at) == -1) {
            at += Integer.BYTES;
            return null;
        }
        return repeatedText();
    }

    /** Ends the command, wherever it is, so that the connection can be used again. */
    @Override
    public void close() throws SQLException {
        if (!copy.isActive()) {
            return;
        }
        // The driver's cancelCopy leaves what is under way on the connection (pgjdbc PR 4027), so it is read away here.
        connection.cancelQuery();
        try {
            while (copy.readFromCopy() != null) {
                // not wanted any more
            }
        } catch (SQLException cancelled) {
            if (!QUERY_CANCELED.equals(cancelled.getSQLState())) {
                throw cancelled;
            }
        }
    }
}
