package dev.hindsight.ops.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Keeps ciphertext under its SHA-256, 64 lower-case hexadecimal digits. Safe for concurrent use. */
interface ContentStore extends AutoCloseable {

    /**
     * Keeps a file's bytes; when it returns they survive a crash. Keeping the same content again changes nothing.
     *
     * @param sealed on the disk of the data folder; it may be gone afterwards
     * @throws IOException where the store does not take it
     */
    void put(String content, Path sealed) throws IOException;

    /**
     * The bytes, checked as far as the store can before the first is given.
     *
     * @param size how many there must be
     * @throws NoSuchFileException where it does not have this content
     * @throws ChangedContentException where the bytes are not what was kept
     * @throws IOException where the store does not answer
     */
    InputStream open(String content, long size) throws IOException;

    /**
     * The bytes as they lie there, whatever they are.
     *
     * @throws NoSuchFileException where it does not have this content
     */
    InputStream open(String content) throws IOException;

    /** Forgets it; content that is not there is no error. */
    void delete(String content) throws IOException;

    @Override
    default void close() {}

    /** The bytes under an address are not those that were kept there. */
    final class ChangedContentException extends IOException {
        ChangedContentException(String message) {
            super(message);
        }
    }
}
