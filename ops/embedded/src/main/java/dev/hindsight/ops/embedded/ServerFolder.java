package dev.hindsight.ops.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server's folder, held by one JVM at a time. The operating system releases the hold when that JVM ends in whatever
 * way, so whoever holds the folder knows that a server still running in it is an orphan.
 */
final class ServerFolder implements AutoCloseable {
    private static final String LOCK = "lock";
    /** By this JVM. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration GLANCE = Duration.ofMillis(50);
    private static final ReentrantLock TEMPORARY = new ReentrantLock();

    private final Path path;
    private final FileChannel lock;
    private final boolean temporary;

    private ServerFolder(Path path, FileChannel lock, boolean temporary) {
        this.path = path;
        this.lock = lock;
        this.temporary = temporary;
    }

    Path path() {
        return path;
    }

    /** Where things may be kept that are worth finding again: for a temporary folder a place that outlives it. */
    Path cache() {
        Path parent = path.getParent();
        return temporary && parent != null ? parent.resolveSibling("binaries") : path.resolve("binaries");
    }

    boolean temporary() {
        return temporary;
    }

    /** Holds a folder, made if absent; refuses when another live process (or this one) holds it. */
    static ServerFolder open(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            createPrivate(absolute);
            FileChannel lock = holdWithin(PATIENCE, absolute);
            if (lock == null) {
                throw new EmbeddedServerException(absolute + " is in use by process " + holder(absolute));
            }
            return new ServerFolder(absolute, lock, false);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot use " + absolute, failure);
        }
    }

    /**
     * A fresh folder that is deleted when closed. Folders that killed JVMs left behind are cleared first.
     *
     * @param stopOrphan stops what may still run in an abandoned folder
     */
    static ServerFolder temporary(String kind, Consumer<Path> stopOrphan) {
        Path all = Path.of(System.getProperty("java.io.tmpdir"), "hindsight-" + System.getProperty("user.name"), kind)
                .toAbsolutePath();
        TEMPORARY.lock();
        try {
            // Others may pass through, because a server may run under another account; they cannot list.
            Files.createDirectories(
                    all, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            refuseForeign(all);
            // Held while a folder is made, so that nobody takes one for abandoned that is merely not locked yet.
            try (FileChannel making = openLockFile(all);
                    FileLock held = making.lock()) {
                clearAbandoned(all, stopOrphan);
                Path fresh = Files.createTempDirectory(all, "t");
                FileChannel lock = hold(fresh);
                if (lock == null || !held.isValid()) {
                    throw new EmbeddedServerException("Cannot hold the new folder " + fresh);
                }
                return new ServerFolder(fresh, lock, true);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot make a temporary folder in " + all, failure);
        } finally {
            TEMPORARY.unlock();
        }
    }

    /** The name is known to everybody: a folder that another user put there first could hold his programs. */
    private static void refuseForeign(Path folder) throws IOException {
        long uid = new UnixSystem().getUid();
        for (Path place : List.of(folder, folder.getParent())) {
            Object owner = Files.getAttribute(place, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            if (((Number) owner).longValue() != uid) {
                throw new EmbeddedServerException(
                        place + " belongs to another user (" + owner + "); set java.io.tmpdir");
            }
        }
    }

    private static void clearAbandoned(Path all, Consumer<Path> stopOrphan) throws IOException {
        List<Path> folders;
        try (Stream<Path> children = Files.list(all)) {
            folders = children.filter(Files::isDirectory).toList();
        }
        for (Path folder : folders) {
            FileChannel lock = hold(folder);
            if (lock != null) {
                try {
                    stopOrphan.accept(folder);
                    delete(folder);
                } finally {
                    release(folder, lock);
                }
            }
        }
    }

    private static void createPrivate(Path folder) throws IOException {
        if (folder.getParent() != null) {
            Files.createDirectories(folder.getParent());
        }
        if (Files.notExists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static FileChannel openLockFile(Path folder) throws IOException {
        return FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static @Nullable FileChannel hold(Path folder) throws IOException {
        // Closing any descriptor of a file ends all locks that the process has on it (POSIX), so one is never opened
        // again.
        if (!HELD.add(folder)) {
            return null;
        }
        FileChannel channel = null;
        try {
            channel = openLockFile(folder);
            if (channel.tryLock() == null) {
                release(folder, channel);
                return null;
            }
        } catch (IOException | RuntimeException failure) {
            release(folder, channel);
            throw failure;
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static void release(Path folder, @Nullable FileChannel channel) throws IOException {
        try (channel) {
            HELD.remove(folder);
        }
    }

    /** A JVM that was killed this moment still holds its files until its last thread is gone. */
    private static @Nullable FileChannel holdWithin(Duration patience, Path folder) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        FileChannel lock = hold(folder);
        while (lock == null && System.nanoTime() < end) {
            LockSupport.parkNanos(GLANCE.toNanos());
            lock = hold(folder);
        }
        return lock;
    }

    private static String holder(Path folder) throws IOException {
        return HELD.contains(folder)
                ? Long.toString(ProcessHandle.current().pid())
                : Files.readString(folder.resolve(LOCK)).strip();
    }

    /** Deletes a tree; files that vanish meanwhile are passed over. */
    static void delete(Path tree) throws IOException {
        if (Files.notExists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        try {
            try {
                if (temporary) {
                    delete(path);
                }
            } finally {
                release(path, lock);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot release " + path, failure);
        }
    }
}
