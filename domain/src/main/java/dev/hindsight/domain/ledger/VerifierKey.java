package dev.hindsight.domain.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The public half of a key that signs notes: an Ed25519 key with a name (C2SP signed-note). Its text, the vkey, is
 * {@code name+hash+base64(0x01 || key)}. Immutable; equal where the texts are.
 */
public final class VerifierKey {

    static final byte ED25519 = 1;

    private static final int KEY_LENGTH = 32;

    /** What stands before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410). */
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte[] raw;
    private final int id;
    private final PublicKey key;

    private VerifierKey(String name, byte[] raw) {
        if (!SignedNote.isKeyName(name)) {
            throw new MalformedLedgerException("the name of a key has no spaces, plus signs or control characters");
        }
        if (raw.length != KEY_LENGTH) {
            throw new MalformedLedgerException("an Ed25519 key has 32 bytes, not " + raw.length);
        }
        this.name = name;
        this.raw = raw.clone();
        byte[] hash = Hash.sha256((name + "\n").getBytes(StandardCharsets.UTF_8), new byte[] {ED25519}, raw)
                .bytes();
        this.id = ByteBuffer.wrap(hash).getInt();
        byte[] encoded = Arrays.copyOf(SPKI, SPKI.length + KEY_LENGTH);
        System.arraycopy(raw, 0, encoded, SPKI.length, KEY_LENGTH);
        try {
            this.key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (InvalidKeySpecException e) {
            throw new MalformedLedgerException("these bytes are no Ed25519 key");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no Ed25519", e);
        }
    }

    /**
     * @param name without spaces and plus signs
     * @param raw 32 bytes as RFC 8032 encodes them
     * @throws MalformedLedgerException when one of them is not so
     */
    public static VerifierKey of(String name, byte[] raw) {
        return new VerifierKey(name, raw);
    }

    /**
     * Reads a vkey.
     *
     * @throws MalformedLedgerException when it is none, or its hash is not that of name and key
     */
    public static VerifierKey parse(String vkey) {
        String[] parts = vkey.split("\\+", 3);
        if (parts.length != 3) {
            throw new MalformedLedgerException("a public key is written name+hash+base64");
        }
        byte[] typed = Hash.base64(parts[2]);
        if (typed.length == 0 || typed[0] != ED25519) {
            throw new MalformedLedgerException("not an Ed25519 key");
        }
        VerifierKey key = new VerifierKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.toString().equals(vkey)) {
            throw new MalformedLedgerException("the hash in the public key is not that of its name and bytes");
        }
        return key;
    }

    public String name() {
        return name;
    }

    /** The first four bytes of SHA-256(name || 0x0A || 0x01 || key), big-endian: the id that signature lines carry. */
    public int id() {
        return id;
    }

    /** The id as vkeys write it: eight lower-case hexadecimal digits. */
    public String hash() {
        return HexFormat.of().toHexDigits(id);
    }

    /** A copy of the 32 bytes. */
    public byte[] raw() {
        return raw.clone();
    }

    /** Whether this key made this signature of these bytes. */
    boolean verifies(byte[] signed, byte[] signature) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(signed);
            return ed25519.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no Ed25519", e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VerifierKey that && name.equals(that.name) && Arrays.equals(raw, that.raw);
    }

    @Override
    public int hashCode() {
        return id;
    }

    /** The vkey. */
    @Override
    public String toString() {
        return name + "+" + hash() + "+"
                + Base64.getEncoder()
                        .encodeToString(ByteBuffer.allocate(1 + KEY_LENGTH)
                                .put(ED25519)
                                .put(raw)
                                .array());
    }
}
