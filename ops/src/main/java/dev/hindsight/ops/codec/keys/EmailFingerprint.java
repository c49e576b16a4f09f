package dev.hindsight.ops.codec.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 of e-mail addresses under a secret of the keys schema: equal addresses are found without being stored.
 * Addresses count as equal without surrounding white space and in lower case. Safe for concurrent use.
 */
public final class EmailFingerprint {

    private final SecretKeySpec key;

    EmailFingerprint(SecretKeySpec key) {
        this.key = key;
    }

    /** The address's 32 bytes. */
    public byte[] of(String email) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(email.strip().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HMAC-SHA-256", e);
        }
    }
}
