package dev.hindsight.ops.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Files in a folder of folders: {@code ab/cd/abcd…}. */
final class DiskContentStore implements ContentStore {

    private static final int BUFFER = 64 * 1024;

    private final Path root;

    /** @param root exists, on one disk with the files that are put */
    DiskContentStore(Path root) {
        this.root = root;
    }

    /** The bytes, then the name, then the folders that it may be new in: each is on disk before the next. */
    @Override
    public void put(String content, Path sealed) throws IOException {
        try (FileChannel bytes = FileChannel.open(sealed, StandardOpenOption.WRITE)) {
            bytes.force(true);
        }
        Path outer = root.resolve(content.substring(0, 2));
        Path inner = outer.resolve(content.substring(2, 4));
        Files.createDirectories(inner);
        Files.move(sealed, inner.resolve(content), StandardCopyOption.ATOMIC_MOVE);
        for (Path folder : List.of(inner, outer, root)) {
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    /** Reads it twice: what was changed on disk is told before the first byte goes out. */
    @Override
    public InputStream open(String content, long size) throws IOException {
        FileChannel file = FileChannel.open(file(content), StandardOpenOption.READ);
        boolean whole = false;
        try {
            if (file.size() != size || !content.equals(sha256(file))) {
                throw new ChangedContentException(content + " was changed on disk");
            }
            file.position(0);
            whole = true;
            return Channels.newInputStream(file);
        } finally {
            if (!whole) {
                file.close();
            }
        }
    }

    @Override
    public InputStream open(String content) throws IOException {
        return Files.newInputStream(file(content));
    }

    private static String sha256(FileChannel file) throws IOException {
        MessageDigest sha256 = Vault.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (file.read(buffer) >= 0) {
            sha256.update(buffer.flip());
            buffer.clear();
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    @Override
    public void delete(String content) throws IOException {
        Files.deleteIfExists(file(content));
    }

    private Path file(String content) {
        return root.resolve(content.substring(0, 2))
                .resolve(content.substring(2, 4))
                .resolve(content);
    }
}
