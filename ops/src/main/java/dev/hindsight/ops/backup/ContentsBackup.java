package dev.hindsight.ops.backup;

import dev.hindsight.ops.attachments.StoredContents;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps a copy of every content that a ticket may refer to, under its SHA-256, and deletes what no ticket refers to any
 * more. For one thread.
 */
final class ContentsBackup {

    static final String FOLDER = "attachments/";

    private final BackupStore store;
    private final StoredContents contents;
    private final Connection connection;
    private final Set<String> there = new HashSet<>();
    private final Set<String> damaged = new TreeSet<>();

    ContentsBackup(BackupStore store, StoredContents contents, Connection connection) throws IOException {
        this.store = store;
        this.contents = contents;
        this.connection = connection;
        for (String name : store.names(FOLDER)) {
            there.add(name.substring(name.lastIndexOf('/') + 1));
        }
    }

    static String name(String content) {
        return FOLDER + content.substring(0, 2) + "/" + content.substring(2, 4) + "/" + content;
    }

    /** @return how many were copied */
    int ship() throws SQLException, IOException {
        Set<String> wanted = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT DISTINCT content FROM command.attachment_content")) {
            while (rows.next()) {
                wanted.add(HexFormat.of().formatHex(rows.getBytes(1)));
            }
        }
        int copied = 0;
        for (String content : wanted) {
            if (!there.contains(content) && copy(content)) {
                there.add(content);
                copied++;
            }
        }
        for (String content : Set.copyOf(there)) {
            if (!wanted.contains(content)) {
                store.delete(name(content));
                there.remove(content);
            }
        }
        damaged.retainAll(wanted);
        return copied;
    }

    /** Contents that are not what they were when they were stored: these were not copied. */
    Set<String> damaged() {
        return damaged;
    }

    private boolean copy(String content) throws IOException {
        Path copy = Files.createTempFile("hindsight-backup", "");
        try {
            MessageDigest sha256 = sha256();
            try (InputStream in = contents.open(content);
                    OutputStream out = new DigestOutputStream(Files.newOutputStream(copy), sha256)) {
                in.transferTo(out);
            } catch (NoSuchFileException notYet) {
                return false; // announced, and not stored yet or taken away
            }
            if (!HexFormat.of().formatHex(sha256.digest()).equals(content)) {
                damaged.add(content);
                return false;
            }
            store.write(name(content), copy);
            return true;
        } finally {
            Files.delete(copy);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
