package dev.hindsight.command.attachments;

import dev.hindsight.command.ticket.KeyHandOver;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;

/** Where the contents of attachments lie, sealed. Safe for concurrent use. */
public interface AttachmentVault extends KeyHandOver {

    /**
     * Content as it lies there, durable.
     *
     * @param content SHA-256 of the ciphertext, 64 hexadecimal digits: its address
     * @param size of the plain text, in bytes
     * @param plainSha256 of the plain text, 64 hexadecimal digits
     * @param wrappedKey its own key, wrapped by the ticket's; base64
     */
    record Sealed(String content, long size, String plainSha256, String wrappedKey) {}

    /**
     * Seals and stores what the stream gives, never holding more than a segment of it. When it returns, the content
     * survives a crash, and is deleted after a while unless the ticket comes to refer to it.
     *
     * @param plain read to its end, not closed
     * @throws IOException what the stream throws; nothing is stored then
     * @throws dev.hindsight.domain.Unavailable where the store does not take it
     */
    Sealed seal(UUID ticket, InputStream plain) throws IOException;

    /** Deletes what this ticket was meant to refer to and never did; a failure is left to the cleaner. */
    void discard(UUID ticket, String content);

    /** Has the cleaner look later whether the ticket still refers to this content; in the caller's transaction. */
    void lookAgain(UUID ticket, String content);
}
