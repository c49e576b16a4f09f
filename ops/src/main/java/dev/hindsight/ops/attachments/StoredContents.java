package dev.hindsight.ops.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** The contents of attachments as they are stored, for backups: ciphertext by its SHA-256. Safe for concurrent use. */
public final class StoredContents implements AutoCloseable {

    private final ContentStore store;

    StoredContents(ContentStore store) {
        this.store = store;
    }

    /**
     * The bytes, not checked.
     *
     * @throws java.nio.file.NoSuchFileException where there is no such content
     */
    public InputStream open(String content) throws IOException {
        return store.open(content);
    }

    /** Keeps a file's bytes, which are those of this content; the file may be gone afterwards. */
    public void put(String content, Path file) throws IOException {
        store.put(content, file);
    }

    @Override
    public void close() {
        store.close();
    }
}
