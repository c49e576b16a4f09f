package dev.hindsight.projections.rebuild;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One row in the binary form of {@code COPY}, somewhere in an array that nobody changes. */
final class RowBytes {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final byte[] bytes;
    /** Where the length of each value stands, and where the last one ends. */
    private final int[] at;

    /**
     * @param from where the row begins
     * @param columns how many are of interest
     */
    RowBytes(byte[] bytes, int from, int columns) {
        this.bytes = bytes;
        var buffer = ByteBuffer.wrap(bytes);
        at = new int[columns + 1];
        at[0] = from + Short.BYTES;
        for (var i = 0; i < columns; i++) {
            at[i + 1] = at[i] + Integer.BYTES + Math.max(0, buffer.getInt(at[i]));
        }
    }

    /** Where the last column of interest ends. */
    int end() {
        return at[at.length - 1];
    }

    /** The number behind the last column of interest. */
    long behind() {
        return ByteBuffer.wrap(bytes).getLong(end() + Integer.BYTES);
    }

    /** Whether all columns hold the same bytes. */
    boolean same(RowBytes other) {
        return Arrays.equals(bytes, at[0], end(), other.bytes, other.at[0], other.end());
    }

    /** Whether a column holds the same value. */
    boolean same(RowBytes other, int column, String type) {
        if (Arrays.equals(bytes, at[column], at[column + 1], other.bytes, other.at[column], other.at[column + 1])) {
            return true;
        }
        if (isNull(column) || other.isNull(column)) {
            return false;
        }
        return switch (type) {
            case "jsonb" -> JSON.readTree(json(column)).equals(JSON.readTree(other.json(column)));
            case "tsvector" -> words(column).equals(other.words(column));
            default -> false;
        };
    }

    private boolean isNull(int column) {
        return ByteBuffer.wrap(bytes).getInt(at[column]) < 0;
    }

    /** Behind the version of its form. */
    private String json(int column) {
        var from = at[column] + Integer.BYTES + 1;
        return new String(bytes, from, at[column + 1] - from, StandardCharsets.UTF_8);
    }

    private Set<String> words(int column) {
        var buffer = ByteBuffer.wrap(bytes);
        buffer.position(at[column] + Integer.BYTES);
        var words = new HashSet<String>();
        for (var left = buffer.getInt(); left > 0; left--) {
            var from = buffer.position();
            while (buffer.get() != 0) {
                // to the end of the word
            }
            var word = new String(bytes, from, buffer.position() - 1 - from, StandardCharsets.UTF_8);
            var places = new ArrayList<Short>();
            for (var place = buffer.getShort(); place > 0; place--) {
                places.add(buffer.getShort());
            }
            words.add(word + places);
        }
        return words;
    }

    /** Of a column that is never null. */
    long number(int column) {
        return ByteBuffer.wrap(bytes).getLong(at[column] + Integer.BYTES);
    }

    /** A uuid or text that is never null. */
    String text(int column, String type) {
        var from = at[column] + Integer.BYTES;
        if (type.equals("uuid")) {
            var buffer = ByteBuffer.wrap(bytes);
            return new UUID(buffer.getLong(from), buffer.getLong(from + Long.BYTES)).toString();
        }
        return new String(bytes, from, at[column + 1] - from, StandardCharsets.UTF_8);
    }

    /** The values of these columns, to be looked up by. */
    Key key(int[] columns) {
        if (columns.length == 1) {
            return new Key(Arrays.copyOfRange(bytes, at[columns[0]], at[columns[0] + 1]));
        }
        var length = 0;
        for (var column : columns) {
            length += at[column + 1] - at[column];
        }
        var key = new byte[length];
        var to = 0;
        for (var column : columns) {
            var size = at[column + 1] - at[column];
            System.arraycopy(bytes, at[column], key, to, size);
            to += size;
        }
        return new Key(key);
    }

    /** The whole row as COPY wants it. */
    byte[] row() {
        return Arrays.copyOfRange(bytes, at[0] - Short.BYTES, end());
    }

    /** Bytes that are equal where these are. */
    static final class Key {

        private final byte[] bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** All rows of an array that holds nothing else. */
    static List<RowBytes> all(byte[] bytes, int columns) {
        var rows = new ArrayList<RowBytes>();
        for (var from = 0; from < bytes.length; ) {
            var row = new RowBytes(bytes, from, columns);
            rows.add(row);
            from = row.end();
        }
        return rows;
    }
}
