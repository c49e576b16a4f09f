package dev.hindsight.ops.attachments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.ops.attachments.ContentStore.ChangedContentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store of contents does. */
abstract class ContentStoreContract {

    @TempDir
    Path folder;

    /** The store under test, with nothing of these tests in it. */
    abstract ContentStore store() throws IOException;

    /** A file and its address. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Content(Path file, String address, byte[] bytes) {}

    private Content content(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Path file = Files.write(folder.resolve("sealed-" + size), bytes);
        return new Content(file, HexFormat.of().formatHex(Vault.sha256().digest(bytes)), bytes);
    }

    @Test
    void what_was_kept_is_given_back() throws IOException {
        ContentStore store = store();
        for (int size : new int[] {0, 1, 3 * 1024 * 1024 + 7}) {
            Content content = content(size);
            store.put(content.address(), content.file());
            try (InputStream in = store.open(content.address(), size)) {
                assertThat(in.readAllBytes()).isEqualTo(content.bytes());
            }
        }
    }

    @Test
    void keeping_it_again_changes_nothing() throws IOException {
        ContentStore store = store();
        Content content = content(100);
        store.put(content.address(), content.file());
        store.put(content.address(), content(100).file());
        try (InputStream in = store.open(content.address(), 100)) {
            assertThat(in.readAllBytes()).isEqualTo(content.bytes());
        }
    }

    @Test
    void what_is_not_there_is_missing() throws IOException {
        ContentStore store = store();
        assertThatThrownBy(() -> store.open("ab".repeat(32), 1)).isInstanceOf(NoSuchFileException.class);
        store.delete("ab".repeat(32));
    }

    @Test
    void what_was_deleted_is_missing() throws IOException {
        ContentStore store = store();
        Content content = content(101);
        store.put(content.address(), content.file());
        store.delete(content.address());
        assertThatThrownBy(() -> store.open(content.address(), 101)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void another_length_is_a_change() throws IOException {
        ContentStore store = store();
        Content content = content(102);
        store.put(content.address(), content.file());
        assertThatThrownBy(() -> store.open(content.address(), 103)).isInstanceOf(ChangedContentException.class);
    }

    @Test
    void large_content_comes_back_too() throws IOException {
        ContentStore store = store();
        int megabytes = 48;
        Path file = folder.resolve("large");
        var sha256 = Vault.sha256();
        byte[] block = new byte[1024 * 1024];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < megabytes; i++) {
                block[0] = (byte) i;
                sha256.update(block);
                out.write(block);
            }
        }
        String address = HexFormat.of().formatHex(sha256.digest());
        store.put(address, file);
        try (InputStream in = store.open(address, megabytes * 1024L * 1024L)) {
            var read = Vault.sha256();
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                read.update(block, 0, n);
            }
            assertThat(HexFormat.of().formatHex(read.digest())).isEqualTo(address);
        }
    }
}
