package dev.hindsight.ops.codec.keys;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;

/** The key above all keys: 32 bytes that never lie in the database. It wraps, and does nothing else. */
public final class MasterKey {

    /** The environment variable that holds the key in base64; wins over a file. */
    public static final String ENVIRONMENT = "HINDSIGHT_MASTER_KEY";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER = PosixFilePermissions.fromString("rwx------");

    private final SecretKeySpec key;

    private MasterKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, "AES");
    }

    /** @throws IllegalArgumentException when this is not base64 of 32 bytes */
    public static MasterKey ofBase64(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the master key is not base64");
        }
        if (bytes.length != DataKey.BYTES) {
            throw new IllegalArgumentException("the master key has %d bytes, not 32".formatted(bytes.length));
        }
        return new MasterKey(bytes);
    }

    /**
     * The key in a file (base64, one line).
     *
     * @throws IllegalStateException when the file may be read by others than its owner
     * @throws IOException when it cannot be read
     */
    public static MasterKey read(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER_"))) {
                throw new IllegalStateException(
                        "%s is open to others than its owner: chmod 600 it, and make a new key if others read it"
                                .formatted(file));
            }
        }
        return ofBase64(Files.readString(file, StandardCharsets.US_ASCII));
    }

    /** As {@link #read}, and where no file is, a new key is written there first, readable by its owner alone. */
    public static MasterKey readOrCreate(Path file) throws IOException {
        if (Files.notExists(file)) {
            create(file.toAbsolutePath());
        }
        return read(file);
    }

    /**
     * Puts the key of a file into another, readable by its owner alone; nothing happens where that holds the same key.
     *
     * @throws IllegalStateException where the other file holds another key, or the first is open to others
     * @throws IOException when one can't be read or written
     */
    public static void copy(Path from, Path to) throws IOException {
        MasterKey key = read(from);
        if (Files.notExists(to)) {
            store(to.toAbsolutePath(), key.key.getEncoded());
        }
        if (!MessageDigest.isEqual(read(to).key.getEncoded(), key.key.getEncoded())) {
            throw new IllegalStateException(to + " holds another key already");
        }
    }

    SecretKeySpec wrappingKey() {
        return key;
    }

    private static void create(Path file) throws IOException {
        byte[] bytes = new byte[DataKey.BYTES];
        new SecureRandom().nextBytes(bytes);
        store(file, bytes);
    }

    /** Whole or not at all: a half-written key would lock up everything sealed under it later. */
    private static void store(Path file, byte[] bytes) throws IOException {
        Path directory = file.getParent();
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FOLDER));
        Path temporary =
                Files.createTempFile(directory, ".master-key", "", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(temporary, Base64.getEncoder().encodeToString(bytes) + "\n", StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try {
            // A link, not a move: of two processes that start at once the second finds the first one's key.
            Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException e) {
            return;
        } finally {
            Files.delete(temporary);
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
