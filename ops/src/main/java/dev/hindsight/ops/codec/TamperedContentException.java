package dev.hindsight.ops.codec;

import org.jspecify.annotations.Nullable;

/**
 * Sealed content does not authenticate: ciphertext, nonce or commitment, or the event's name, revision, stream or key
 * id differ from what was sealed.
 */
public final class TamperedContentException extends RuntimeException {

    public TamperedContentException(String what, @Nullable Throwable cause) {
        super(what, cause);
    }
}
