package dev.hindsight.ops.codec.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES key wrap of RFC 3394, which authenticates what it wraps. */
final class KeyWrap {

    /** The info of the derivation of wrapping keys with the counter octet of its only block. */
    static final byte[] INFO = "hindsight-wrap-1\u0001".getBytes(StandardCharsets.US_ASCII);

    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(() -> {
        try {
            return Cipher.getInstance("AES/KW/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES key wrap", e);
        }
    });

    private KeyWrap() {}

    /** @throws WrongKeyException when these bytes were not wrapped under this key */
    static byte[] unwrap(SecretKeySpec wrappingKey, byte[] wrapped) {
        return apply(Cipher.DECRYPT_MODE, wrappingKey, wrapped);
    }

    static byte[] apply(int mode, SecretKeySpec wrappingKey, byte[] bytes) {
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(mode, wrappingKey);
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new WrongKeyException(e);
        }
    }
}
