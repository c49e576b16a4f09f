package dev.hindsight.domain.ledger;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A SHA-256 hash. Immutable. */
public final class Hash {

    /** Bytes of a hash. */
    public static final int LENGTH = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(() -> {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    });

    /** The root of a tree without leaves: the hash of nothing. */
    public static final Hash OF_EMPTY_TREE = sha256();

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws MalformedLedgerException when these are not 32 bytes */
    public static Hash of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new MalformedLedgerException("a hash has 32 bytes, not " + bytes.length);
        }
        return at(bytes, 0);
    }

    /**
     * The hash that begins at this place among other bytes.
     *
     * @throws IndexOutOfBoundsException when it does not lie there whole
     */
    public static Hash at(byte[] bytes, int from) {
        Objects.checkFromIndexSize(from, LENGTH, bytes.length);
        return new Hash(Arrays.copyOfRange(bytes, from, from + LENGTH));
    }

    /**
     * From base64 (RFC 4648 section 4, with padding).
     *
     * @throws MalformedLedgerException when it is none, or not of 32 bytes
     */
    public static Hash ofBase64(String text) {
        return of(base64(text));
    }

    /** SHA-256 of these bytes one after the other. */
    public static Hash sha256(byte[]... parts) {
        MessageDigest digest = DIGEST.get();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return new Hash(digest.digest());
    }

    /** The hash of a leaf: SHA-256(0x00 || entry). */
    public static Hash leaf(byte[] entry) {
        MessageDigest digest = DIGEST.get();
        digest.update(LEAF);
        digest.update(entry);
        return new Hash(digest.digest());
    }

    /** The hash of an entry that is made of two hashes: SHA-256(0x00 || first || second). */
    static Hash leaf(Hash first, Hash second) {
        return pair(LEAF, first, second);
    }

    /** The hash of an inner node: SHA-256(0x01 || left || right). */
    public static Hash node(Hash left, Hash right) {
        return pair(NODE, left, right);
    }

    private static Hash pair(byte prefix, Hash left, Hash right) {
        MessageDigest digest = DIGEST.get();
        digest.update(prefix);
        digest.update(left.bytes);
        digest.update(right.bytes);
        return new Hash(digest.digest());
    }

    /** A copy of its 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Writes its 32 bytes into others. */
    public void into(byte[] target, int at) {
        System.arraycopy(bytes, 0, target, at, LENGTH);
    }

    /** RFC 4648 section 4, with padding. */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Decodes strictly: what this accepts, encodes back to the same text. */
    static byte[] base64(String text) {
        try {
            byte[] decoded = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(decoded).equals(text)) {
                return decoded;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new MalformedLedgerException("not base64");
        }
        throw new MalformedLedgerException("not base64 in its one canonical form");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Hash that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Lower-case hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
