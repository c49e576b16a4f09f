package dev.hindsight.ops.backup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows for {@code COPY … FROM STDIN (FORMAT BINARY)}, value by value in the order of the columns; the format is
 * PostgreSQL's (COPY, "Binary Format"). For one thread; the connection can do nothing else until it is finished.
 */
final class CopyInto {

    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final long MICROS_FROM_1970_TO_2000 = 946_684_800_000_000L;
    private static final int FLUSH = 1 << 18;

    private final CopyIn copy;
    private final int columns;
    private ByteBuffer buffer = ByteBuffer.allocate(FLUSH + (1 << 16));

    /** @param columns how many values each row has */
    CopyInto(Connection connection, String table, int columns) throws SQLException {
        this.copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table + " FROM STDIN (FORMAT BINARY)");
        this.columns = columns;
        buffer.put(HEADER);
    }

    void row() throws SQLException {
        if (buffer.position() >= FLUSH) {
            flush();
        }
        room(Short.BYTES).putShort((short) columns);
    }

    void add(long value) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(value);
    }

    void add(int value) {
        room(Integer.BYTES + Integer.BYTES).putInt(Integer.BYTES).putInt(value);
    }

    void add(Instant value) {
        add(value.getEpochSecond() * 1_000_000 + value.getNano() / 1_000 - MICROS_FROM_1970_TO_2000);
    }

    void add(@Nullable String value) {
        if (value == null) {
            room(Integer.BYTES).putInt(-1);
        } else {
            add(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    void add(byte[] value) {
        room(Integer.BYTES + value.length).putInt(value.length).put(value);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            byte[] larger = Arrays.copyOf(buffer.array(), Math.max(buffer.capacity() * 2, buffer.position() + bytes));
            buffer = ByteBuffer.wrap(larger).position(buffer.position());
        }
        return buffer;
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    /** @return how many rows were taken */
    long finish() throws SQLException {
        room(Short.BYTES).putShort((short) -1);
        flush();
        return copy.endCopy();
    }
}
