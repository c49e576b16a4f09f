package dev.hindsight.projections.live;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the binary form of {@code COPY}, in memory, as PostgreSQL's documentation of that command gives it: numbers in
 * big-endian order, each value behind its length. The server reads it for less than half of what text costs it, and
 * nothing is made a String on the way. For one thread.
 */
final class BinaryRows {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};
    private static final int HEADER = SIGNATURE.length + 2 * Integer.BYTES;
    private static final int NULL = -1;
    private static final int PIECE = 1 << 16;
    private static final long SECONDS_FROM_1970_TO_2000 = 946_684_800L;

    /** How a value of a type stands in a row. */
    enum Form {
        UUID,
        BIGINT,
        INTEGER,
        SMALLINT,
        BOOLEAN,
        TIMESTAMPTZ,
        TEXT,
        JSONB,
        TSVECTOR,
        TEXTS(25),
        UUIDS(2950),
        BIGINTS(20);

        /** The element's type, as the server's catalogue numbers it; 0 where it is no array. */
        private final int element;

        Form() {
            this(0);
        }

        Form(int element) {
            this.element = element;
        }

        /** @throws IllegalArgumentException for a type that no column has yet */
        static Form of(String type) {
            return switch (type) {
                case "text[]" -> TEXTS;
                case "uuid[]" -> UUIDS;
                case "bigint[]" -> BIGINTS;
                default -> valueOf(type.toUpperCase(Locale.ROOT));
            };
        }
    }

    // In pieces, each a message to the server: one growing array would be copied again and again.
    private final List<ByteBuffer> full = new ArrayList<>();
    private ByteBuffer bytes = ByteBuffer.allocate(PIECE);
    private long before;

    BinaryRows() {
        bytes.put(SIGNATURE).putInt(0).putInt(0); // no flags, nothing more in the header
    }

    /** The rows as they are so far, one after the other, without what COPY wants before and after them. */
    byte[] rows() {
        var rows = new byte[Math.toIntExact(written() - HEADER)];
        var at = 0;
        var skipped = HEADER;
        for (var i = 0; i <= full.size(); i++) {
            var piece = i < full.size() ? full.get(i) : bytes.duplicate().flip();
            var length = piece.limit() - skipped;
            piece.get(skipped, rows, at, length);
            at += length;
            skipped = 0;
        }
        return rows;
    }

    /** What was written, with the end that COPY wants. Nothing can be added after it. */
    List<ByteBuffer> ended() {
        room(Short.BYTES).putShort((short) -1);
        full.add(bytes.flip());
        return full;
    }

    /** Begins the next row. */
    void row(int columns) {
        room(Short.BYTES).putShort((short) columns);
    }

    /** @param value as {@link SetInsert.Columns#add} says for the type */
    void value(Form form, @Nullable Object value) {
        if (value == null) {
            room(Integer.BYTES).putInt(NULL);
            return;
        }
        switch (form) {
            case UUID -> uuid((UUID) value);
            case BIGINT -> number(((Number) value).longValue());
            case INTEGER -> room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(((Number) value).intValue());
            case SMALLINT ->
                room(Integer.BYTES + Short.BYTES).putInt(Short.BYTES).putShort((short)
                        Math.toIntExact(((Number) value).longValue()));
            case BOOLEAN -> room(Integer.BYTES + 1).putInt(1).put((byte) ((Boolean) value ? 1 : 0));
            case TIMESTAMPTZ -> number(micros((Instant) value));
            case TEXT -> text(value.toString());
            case JSONB -> json((String) value);
            case TSVECTOR -> words((Collection<?>) value);
            case TEXTS, UUIDS, BIGINTS -> array(form, (Collection<?>) value);
        }
    }

    private static long micros(Instant time) {
        return (time.getEpochSecond() - SECONDS_FROM_1970_TO_2000) * 1_000_000 + time.getNano() / 1_000;
    }

    private void number(long value) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(value);
    }

    private void uuid(UUID value) {
        room(Integer.BYTES + 2 * Long.BYTES)
                .putInt(2 * Long.BYTES)
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits());
    }

    private void text(String value) {
        var encoded = value.getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + encoded.length).putInt(encoded.length).put(encoded);
    }

    /** The first byte is the version of the form, which then is the text. */
    private void json(String value) {
        var encoded = value.getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + 1 + encoded.length)
                .putInt(1 + encoded.length)
                .put((byte) 1)
                .put(encoded);
    }

    /** Each word ends with a zero and has no places. */
    private void words(Collection<?> words) {
        var length = room(Integer.BYTES);
        var at = length.position();
        var start = written();
        length.putInt(0);
        room(Integer.BYTES).putInt(words.size());
        for (var word : words) {
            var encoded = word.toString().getBytes(StandardCharsets.UTF_8);
            room(encoded.length + 1 + Short.BYTES).put(encoded).put((byte) 0).putShort((short) 0);
        }
        length.putInt(at, Math.toIntExact(written() - start - Integer.BYTES));
    }

    private void array(Form form, Collection<?> elements) {
        var length = room(Integer.BYTES);
        var at = length.position();
        var start = written();
        length.putInt(0);
        room(5 * Integer.BYTES).putInt(elements.isEmpty() ? 0 : 1).putInt(0).putInt(form.element);
        if (!elements.isEmpty()) {
            bytes.putInt(elements.size()).putInt(1); // counted from 1
        }
        for (var element : elements) {
            switch (form) {
                case UUIDS -> uuid((UUID) element);
                case BIGINTS -> number((Long) element);
                default -> text((String) element);
            }
        }
        length.putInt(at, Math.toIntExact(written() - start - Integer.BYTES));
    }

    private long written() {
        return before + bytes.position();
    }

    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            before += bytes.position();
            full.add(bytes.flip());
            bytes = ByteBuffer.allocate(Math.max(PIECE, more));
        }
        return bytes;
    }
}
