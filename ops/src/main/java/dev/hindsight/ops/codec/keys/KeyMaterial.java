package dev.hindsight.ops.codec.keys;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The secret of a data key: 32 bytes of key and 32 of salt, which are wrapped, stored and destroyed together. */
final class KeyMaterial {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;
    private final SecretKeySpec cipherKey;
    private final SecretKeySpec salt;

    private volatile @Nullable SecretKeySpec wrapping;

    /** @param bytes key, then salt */
    KeyMaterial(byte[] bytes) {
        if (bytes.length != 2 * DataKey.BYTES) {
            throw new IllegalArgumentException("a data key with its salt has %d bytes".formatted(2 * DataKey.BYTES));
        }
        this.bytes = bytes;
        this.cipherKey = new SecretKeySpec(bytes, 0, DataKey.BYTES, "AES");
        this.salt = new SecretKeySpec(bytes, DataKey.BYTES, DataKey.BYTES, "HmacSHA256");
    }

    static KeyMaterial random() {
        byte[] bytes = new byte[2 * DataKey.BYTES];
        RANDOM.nextBytes(bytes);
        return new KeyMaterial(bytes);
    }

    SecretKeySpec cipherKey() {
        return cipherKey;
    }

    SecretKeySpec salt() {
        return salt;
    }

    /**
     * The key that wraps others under this one. Derived (HKDF-Expand of RFC 5869, info {@code hindsight-wrap-1}), so
     * that no key serves two ciphers.
     */
    SecretKeySpec wrappingKey() {
        SecretKeySpec known = wrapping;
        if (known == null) {
            known = derived(); // once: a requester's key wraps those of many tickets
            wrapping = known;
        }
        return known;
    }

    private SecretKeySpec derived() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(bytes, 0, DataKey.BYTES, "HmacSHA256"));
            return new SecretKeySpec(mac.doFinal(KeyWrap.INFO.clone()), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HMAC-SHA-256", e);
        }
    }

    /** RFC 3394 under a wrapping key: 72 bytes. */
    byte[] wrappedUnder(SecretKeySpec wrappingKey) {
        return KeyWrap.apply(Cipher.ENCRYPT_MODE, wrappingKey, Arrays.copyOf(bytes, bytes.length));
    }
}
