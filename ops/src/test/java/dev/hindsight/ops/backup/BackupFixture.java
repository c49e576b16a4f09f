package dev.hindsight.ops.backup;

import dev.hindsight.ops.attachments.AttachmentConfiguration;
import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.embedded.SharedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

/** A log and places to back it up to, and installations to restore it into. */
abstract class BackupFixture {

    @TempDir
    Path folder;

    static final Restore.Until EVERYTHING = new Restore.Until(null, null);

    private final List<SharedPostgres.Database> databases = new ArrayList<>();
    BackupStore store;
    BackupStore keys;
    HandmadeLog log;
    StoredContents contents;

    /** An empty place. */
    abstract BackupStore place(Path folder, String name);

    @BeforeEach
    void begin() throws Exception {
        store = place(folder, "log-" + UUID.randomUUID());
        keys = place(folder, "keys-" + UUID.randomUUID());
        log = new HandmadeLog(database());
        contents = contents("attachments");
    }

    @AfterEach
    void end() {
        store.close();
        keys.close();
        databases.forEach(SharedPostgres.Database::close);
    }

    /** Migrated, without events. */
    final DataSource database() {
        SharedPostgres.Database database = HandmadeLog.migrated();
        databases.add(database);
        return database.dataSource();
    }

    final StoredContents contents(String name) throws Exception {
        return AttachmentConfiguration.contents(
                new MockEnvironment().withProperty("hindsight.attachments.store", "disk"), folder.resolve(name));
    }

    final Backup.Round backUp() throws Exception {
        return log.backUp(store, keys, contents);
    }

    final BackupVerdict verify(String... outside) throws Exception {
        return new BackupVerifier(store, keys).verify(log.key.verifier(), List.of(outside), 0);
    }

    final Restore.Done restore(DataSource into, Restore.Until until, boolean nothingLost, String... outside)
            throws Exception {
        BackupVerdict verdict = verify(outside);
        return new Restore(store, keys, into, HandmadeLog.MASTER, contents("restored"), "test", line -> {})
                .restore(verdict, until, nothingLost);
    }

    final String attach(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String content = HexFormat.of().formatHex(ContentsBackup.sha256().digest(bytes));
        contents.put(content, Files.write(folder.resolve("upload"), bytes));
        log.execute(
                "INSERT INTO command.attachment_content (content, ticket_id) VALUES (decode(?, 'hex'), gen_random_uuid())",
                content);
        return content;
    }
}
