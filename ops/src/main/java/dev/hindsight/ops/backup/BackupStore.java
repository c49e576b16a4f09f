package dev.hindsight.ops.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * A place for the files of a backup. A file is there whole or not at all, and once a call that writes it has returned it
 * survives a crash. Names are relative, with slashes. For one thread.
 */
public interface BackupStore extends AutoCloseable {

    /** Names that begin so, in the order of bytes; files that were not written whole are not among them. */
    List<String> names(String prefix) throws IOException;

    /** @throws java.nio.file.NoSuchFileException where there is none of this name */
    InputStream open(String name) throws IOException;

    /** Writes a file, or puts it in the place of the one that has this name. */
    void write(String name, byte[] bytes) throws IOException;

    /** The same with a file's bytes. */
    void write(String name, Path file) throws IOException;

    /** Deletes a file with everything that the place keeps of it, as far as it can; one that is not there is no error. */
    void delete(String name) throws IOException;

    /** What deleting here leaves, for whoever reads the log; empty where it leaves nothing that is known. */
    String leftovers();

    /** Its address, without secrets. */
    @Override
    String toString();

    @Override
    default void close() {}
}
