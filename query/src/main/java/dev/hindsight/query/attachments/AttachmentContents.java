package dev.hindsight.query.attachments;

import java.io.InputStream;
import java.util.UUID;

/** Opens what attachments hold. Safe for concurrent use. */
@FunctionalInterface
public interface AttachmentContents {

    /**
     * The plain content, decrypted while it is read; never held as a whole. Its beginning was authenticated when this
     * returns; the rest is before it is given out, so that reading may still fail with an {@code IOException}.
     *
     * @param content SHA-256 of the ciphertext: its address
     * @param size of the plain content, in bytes
     * @param wrappedKey its key, wrapped by the ticket's
     * @throws dev.hindsight.domain.Gone {@code ERASED} where the ticket's key was destroyed
     * @throws dev.hindsight.domain.Damaged where it is missing or was changed
     * @throws dev.hindsight.domain.Unavailable where the store does not answer
     */
    InputStream open(UUID ticket, String content, long size, String wrappedKey);
}
