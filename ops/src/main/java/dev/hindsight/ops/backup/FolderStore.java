package dev.hindsight.ops.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A backup in a folder: written under another name, forced to disk, then renamed. */
final class FolderStore implements BackupStore {

    /** Files that begin so are not finished. */
    private static final String GROWING = ".growing-";

    private final Path root;

    /** @param root made at the first write */
    FolderStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public List<String> names(String prefix) throws IOException {
        List<String> names = new ArrayList<>();
        int slash = prefix.lastIndexOf('/');
        Path folder = slash < 0 ? root : root.resolve(prefix.substring(0, slash));
        if (!Files.isDirectory(folder)) {
            return names;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = root.relativize(file).toString();
                if (name.startsWith(prefix)
                        && !String.valueOf(file.getFileName()).startsWith(GROWING)) {
                    names.add(name);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Collections.sort(names);
        return names;
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(file(name));
    }

    @Override
    public void write(String name, byte[] bytes) throws IOException {
        Path growing = growing(name);
        Files.write(growing, bytes);
        finish(growing, name);
    }

    @Override
    public void write(String name, Path from) throws IOException {
        Path growing = growing(name);
        Files.copy(from, growing, StandardCopyOption.REPLACE_EXISTING);
        finish(growing, name);
    }

    /** Readable by its owner alone; what a killed run left under this name is written over. */
    private Path growing(String name) throws IOException {
        Path file = file(name);
        Path folder = file.resolveSibling("");
        List<Path> made = new ArrayList<>();
        for (Path missing = folder; missing != null && !Files.isDirectory(missing); missing = missing.getParent()) {
            made.add(missing);
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (Path each : made) {
            force(each.getParent());
        }
        Path growing = file.resolveSibling(GROWING + file.getFileName());
        Files.deleteIfExists(growing);
        return Files.createFile(
                growing, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private void finish(Path growing, String name) throws IOException {
        try (FileChannel bytes = FileChannel.open(growing, StandardOpenOption.WRITE)) {
            bytes.force(true);
        }
        Path file = file(name);
        Files.move(growing, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(file.getParent());
    }

    private static void force(@Nullable Path folder) throws IOException {
        if (folder != null) {
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = file(name);
        Files.deleteIfExists(file);
        Path folder = file.getParent();
        if (folder != null && Files.isDirectory(folder)) {
            force(folder);
        }
    }

    private Path file(String name) throws IOException {
        Path file = root.resolve(name).normalize();
        if (!file.startsWith(root) || file.equals(root)) {
            throw new IOException("no name of a file in a backup: " + name);
        }
        return file;
    }

    @Override
    public String leftovers() {
        return "";
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
