package dev.hindsight.ops.codec;

import java.security.SecureRandom;

/** Gives the nonce of each sealing. Safe for concurrent use. */
@FunctionalInterface
public interface NonceSource {

    /** Twelve bytes that never come twice under one key. */
    byte[] next();

    /** Random nonces: a data key seals one ticket's or one person's few events, far below where 96 bits would repeat. */
    static NonceSource random() {
        SecureRandom random = new SecureRandom();
        return () -> {
            byte[] nonce = new byte[Seal.NONCE_BYTES];
            random.nextBytes(nonce);
            return nonce;
        };
    }
}
