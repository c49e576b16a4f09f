package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.codec.keys.SigningKeys;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys.Published;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys.Unrecorded;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another key takes over the signing of checkpoints, before or after something was backed up. */
class KeyRotationBackupTest extends BackupFixture {

    private static final String ORIGIN = "hindsight/test";
    private static final Actor OLGA = new Actor(ActorKind.SYSTEM, null, List.of());

    private SigningKeys signing;
    private VerifierKey first;

    @Override
    BackupStore place(Path folder, String name) {
        return new FolderStore(folder.resolve(name));
    }

    @BeforeEach
    void sign() throws Exception {
        log.execute("DELETE FROM keys.signing_key"); // a key that can sign is made instead
        signing = keys(log.source);
        first = signing.current().verifier();
    }

    private static SigningKeys keys(DataSource database) {
        return SigningKeys.of(database, HandmadeLog.MASTER, () -> ORIGIN);
    }

    /** By the key that signs there now. */
    private static SignedNote signed(DataSource database, long size) throws Exception {
        return new Checkpoint(ORIGIN, size, HandmadeLog.root(database, size))
                .sign(keys(database).current());
    }

    private SignedNote sign(long size) throws Exception {
        SignedNote note = signed(log.source, size);
        log.execute("INSERT INTO ledger.checkpoint (size, note) VALUES (?, ?)", size, note.toString());
        return note;
    }

    private Published rotate(long size) {
        return signing.rotate(size, OLGA, "once a year");
    }

    /** What the sealer does. */
    private void record() throws Exception {
        for (Unrecorded each : signing.unrecorded()) {
            log.insert("operations", 2, "ledger.key-rotated", "{}");
            signing.recorded(each.number());
        }
    }

    private void backUpTo(BackupStore keyStore) throws Exception {
        try (Backup backup = Backup.open(log.source, store, keyStore, contents, "test")) {
            backup.round();
        }
    }

    private BackupVerdict check(BackupStore keyStore, String... outside) throws Exception {
        return new BackupVerifier(store, keyStore).verify(first, List.of(outside), 0);
    }

    private DataSource restored(Restore.Until until, String... outside) throws Exception {
        DataSource there = database();
        new Restore(store, store, there, HandmadeLog.MASTER, contents, "test", line -> {})
                .restore(check(store, outside), until, false);
        return there;
    }

    private static long head(DataSource database) throws Exception {
        return Long.parseLong(HandmadeLog.text(database, "SELECT max(position) FROM log.placed_event"));
    }

    @Test
    void allOfItAfterTheRotation() throws Exception {
        log.append(40);
        SignedNote early = sign(30);
        rotate(30);
        record();
        SignedNote late = sign(41);
        backUpTo(store);
        assertThat(check(store).provedUpTo()).isEqualTo(41);

        DataSource there = restored(new Restore.Until(null, null));
        SigningKeys restored = keys(there);
        assertThat(restored.unrecorded()).isEmpty();
        assertThat(restored.history().verified(early)).isPresent();
        assertThat(restored.history().verified(late)).isPresent();
        assertThat(restored.history().verified(signed(there, head(there)))).isPresent();
    }

    /** The key that signed then is destroyed, so the one that took over later signs. */
    @Test
    void toAPositionBeforeTheRotation() throws Exception {
        log.append(40);
        SignedNote early = sign(10);
        sign(41);
        rotate(41);
        record();
        log.append(10);
        SignedNote late = sign(52);
        backUpTo(store);

        DataSource there = restored(new Restore.Until(20L, null));
        SigningKeys restored = keys(there);
        SignedNote now = signed(there, head(there));
        assertThat(head(there)).isLessThan(41);
        assertThat(restored.history().verified(early)).isPresent();
        assertThat(restored.history().verified(now)).isPresent();
        assertThat(restored.history().verified(late)).isPresent();
        assertThat(restored.unrecorded())
                .as("the log ends before it: it is put there again")
                .singleElement()
                .satisfies(each -> assertThat(each.rotation().from()).isEqualTo(first));
        restored.rotate(head(there), OLGA, "after the restore");
        assertThat(restored.history().verified(now)).isPresent();
        assertThat(restored.history().verified(signed(there, head(there)))).isPresent();
    }

    /** Backed up before another key took over: the one of then signs on, and what the other signed is known by its hand-over. */
    @Test
    void olderThanTheRotation() throws Exception {
        log.append(40);
        SignedNote early = sign(30);
        backUpTo(store);
        sign(41);
        String handOver = Objects.requireNonNull(rotate(41).rotation());
        record();
        log.append(10);
        String late = sign(52).toString();

        assertThat(check(store, late).wrong()).singleElement().asString().contains("hand-over");
        BackupVerdict told = check(store, late, handOver);
        assertThat(told.wrong()).isEmpty();
        assertThat(told.older()).isTrue();
        assertThat(told.seen()).isEqualTo(52);

        DataSource there = restored(new Restore.Until(null, null), handOver, late);
        SigningKeys restored = keys(there);
        assertThat(restored.history().verified(early)).isPresent();
        assertThat(restored.current().verifier()).isEqualTo(first);
        assertThat(restored.history().verified(signed(there, head(there)))).isPresent();
        assertThat(HandmadeLog.text(
                        there,
                        "SELECT convert_from(payload, 'UTF8') FROM log.placed_event WHERE name = 'log.epoch-started'"))
                .endsWith("\"after\":41,\"seen\":52}");
    }

    @Test
    void keysOfBeforeTheRotationCannotSignOnALogOfAfterIt() throws Exception {
        log.append(40);
        sign(41);
        BackupStore older = place(folder, "older");
        try (Backup backup = Backup.open(log.source, place(folder, "ignored"), older, contents, "test")) {
            backup.round();
        }
        rotate(41);
        record();
        sign(42);
        backUpTo(store);
        assertThat(check(store).wrong()).isEmpty();
        assertThat(check(older).wrong()).singleElement().asString().contains("older than the log");
    }
}
