package dev.hindsight.ops.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL programs, unpacked once from the archive on the class path: initdb, pg_ctl, postgres. */
record PostgresBinaries(Path home) {
    private static final String UNFINISHED = ".unpacking-";

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** Unpacks into a folder named after the archive's content, or finds it there from an earlier start. */
    static PostgresBinaries unpackedIn(Path cache) {
        String archive = archiveName();
        try {
            Files.createDirectories(cache);
            Path home = cache.resolve("postgresql-" + digest(archive));
            if (Files.notExists(home)) {
                clearUnfinished(cache);
                Path unfinished = Files.createTempDirectory(
                        cache, UNFINISHED + ProcessHandle.current().pid() + "-");
                Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
                try (InputStream packed = open(archive)) {
                    unpack(packed, unfinished);
                }
                publish(unfinished, home);
            }
            return new PostgresBinaries(home);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot unpack PostgreSQL into " + cache, failure);
        }
    }

    /** The user's cache folder if there is one that can be written, else the given folder. */
    static Path cacheOr(Path fallback) {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path caches = configured == null || configured.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        try {
            Path ours = caches.toAbsolutePath().resolve("hindsight");
            Files.createDirectories(ours);
            return Files.isWritable(ours) ? ours : fallback;
        } catch (IOException noHome) {
            return fallback;
        }
    }

    private static void publish(Path unfinished, Path home) throws IOException {
        try {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException impossible) {
            throw impossible;
        } catch (FileSystemException taken) {
            // Somebody else unpacked the same archive meanwhile; a rename onto a full folder fails.
            if (Files.notExists(home)) {
                throw taken;
            }
            ServerFolder.delete(unfinished);
        }
    }

    private static void clearUnfinished(Path cache) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> children = Files.list(cache)) {
            leftovers = children.filter(child -> child.getFileName().toString().startsWith(UNFINISHED))
                    .toList();
        }
        for (Path leftover : leftovers) {
            String name = leftover.getFileName().toString();
            String pid = name.substring(UNFINISHED.length(), name.lastIndexOf('-'));
            if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                ServerFolder.delete(leftover);
            }
        }
    }

    private static void unpack(InputStream packed, Path folder) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = folder.resolve(entry.getName()).normalize();
                if (!target.startsWith(folder)) {
                    throw new IOException("Archive entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                if (target.getParent() != null) {
                    Files.createDirectories(target.getParent());
                }
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else if (entry.isLink()) {
                    Files.createLink(target, folder.resolve(entry.getLinkName()).normalize());
                } else {
                    Files.copy(tar, target);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                    // The rename that publishes the folder must not survive a power loss that its files do not.
                    try (FileChannel file = FileChannel.open(target, StandardOpenOption.WRITE)) {
                        file.force(false);
                    }
                }
            }
        }
    }

    private static String digest(String archive) throws IOException {
        try (InputStream packed = open(archive);
                DigestInputStream digesting = new DigestInputStream(packed, MessageDigest.getInstance("SHA-256"))) {
            digesting.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digesting.getMessageDigest().digest(), 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static InputStream open(String archive) {
        InputStream packed = PostgresBinaries.class.getResourceAsStream("/" + archive);
        if (packed == null) {
            throw new EmbeddedServerException("No PostgreSQL for this machine on the class path: " + archive
                    + "; use a PostgreSQL server of your own");
        }
        return packed;
    }

    private static String archiveName() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String arch =
                switch (System.getProperty("os.arch")) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm_64";
                    default -> System.getProperty("os.arch");
                };
        return "postgres-" + os + "-" + arch + ".txz";
    }
}
