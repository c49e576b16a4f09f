package dev.hindsight.query;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads the opaque cursors of lists: the place after the last row that was shown, signed (HMAC-SHA-256,
 * cut to 128 bits) together with the question it belongs to. So a cursor that was edited, made elsewhere, or taken to
 * another question or by another caller is refused. Nodes that share the key share cursors. Safe for concurrent use.
 */
public final class Cursors {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int TAG_BYTES = 16;
    private static final int LONGEST = 2_000;

    private final SecretKeySpec key;

    /** @param key at least 16 secret bytes, the same on every node */
    public Cursors(byte[] key) {
        if (key.length < 16) {
            throw new IllegalArgumentException("the key of cursors has at least 16 bytes");
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * @param question everything that the place depends on: the list, its filters, its order, the caller
     * @param place the values that the next page starts after
     */
    public String seal(String question, List<String> place) {
        byte[] content = write(place);
        byte[] tag = tag(question, content);
        byte[] sealed = Arrays.copyOf(content, content.length + TAG_BYTES);
        System.arraycopy(tag, 0, sealed, content.length, TAG_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /**
     * The place that {@link #seal} put into this cursor for the same question.
     *
     * @throws InvalidRequest named INVALID_CURSOR for everything else
     */
    public List<String> open(String question, String cursor) {
        byte[] sealed = decode(cursor);
        byte[] content = Arrays.copyOf(sealed, sealed.length - TAG_BYTES);
        byte[] tag = Arrays.copyOfRange(sealed, content.length, sealed.length);
        if (!MessageDigest.isEqual(tag, tag(question, content))) {
            throw invalid();
        }
        return read(content);
    }

    private static byte[] decode(String cursor) {
        if (cursor.length() > LONGEST) {
            throw invalid();
        }
        byte[] sealed;
        try {
            sealed = Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        // The decoder ignores left-over bits and padding: only the one spelling that we gave is ours.
        boolean spelledAsGiven =
                Base64.getUrlEncoder().withoutPadding().encodeToString(sealed).equals(cursor);
        if (!spelledAsGiven || sealed.length <= TAG_BYTES) {
            throw invalid();
        }
        return sealed;
    }

    private static InvalidRequest invalid() {
        return new InvalidRequest(
                "INVALID_CURSOR",
                List.of(new FieldError(
                        "cursor",
                        "must be the nextCursor of a page of this list, unchanged, with the same filters and sort")));
    }

    private byte[] tag(String question, byte[] content) {
        byte[] asked = question.getBytes(StandardCharsets.UTF_8);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(lengthOf(asked));
            mac.update(asked);
            return Arrays.copyOf(mac.doFinal(content), TAG_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] lengthOf(byte[] bytes) {
        int n = bytes.length;
        return new byte[] {(byte) (n >>> 24), (byte) (n >>> 16), (byte) (n >>> 8), (byte) n};
    }

    private static byte[] write(List<String> place) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(place.size());
            for (String value : place) {
                out.writeUTF(value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static List<String> read(byte[] content) {
        var place = new ArrayList<String>();
        try (var in = new DataInputStream(new ByteArrayInputStream(content))) {
            int size = in.readByte();
            for (int i = 0; i < size; i++) {
                place.add(in.readUTF());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a cursor with our signature is readable", e);
        }
        return List.copyOf(place);
    }
}
