package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was changed, in a log or in its backup, or is of another log, is found. */
class DamagedBackupTest extends BackupFixture {

    @Override
    BackupStore place(Path folder, String name) {
        return new FolderStore(folder.resolve(name));
    }

    @Test
    void aLogThatWasChangedIsNotShipped() throws Exception {
        log.append(30);
        log.sign(25);
        log.execute("UPDATE log.event SET payload = payload || 'x' WHERE append_number = 17");
        assertThatThrownBy(this::backUp)
                .isInstanceOf(BackupRefused.class)
                .hasMessageContaining("first 25 events are not those that were signed");
        // the first two segments end before anything was signed
        assertThat(verify().last()).isEqualTo(20);
        assertThat(verify(log.note(20).toString()).wrong()).isEmpty();
    }

    @Test
    void whatWasSignedAfterItWasShippedIsCheckedToo() throws Exception {
        log.append(24);
        SignedNote good = log.note(22);
        backUp();
        log.execute("UPDATE log.event SET payload = payload || 'x' WHERE append_number = 9");
        log.sign(22); // of another past
        log.append(2);
        assertThatThrownBy(this::backUp).isInstanceOf(BackupRefused.class).hasMessageContaining("first 22 events");
        assertThat(verify(good.toString()).wrong()).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherKeyIsRefused() throws Exception {
        log.append(24);
        log.sign(20);
        BackupStore place = place(folder, "other-" + UUID.randomUUID());
        SigningKey other = SigningKey.generate("hindsight/test");
        assertThatThrownBy(() -> {
                    try (Backup backup = Backup.open(
                            log.source,
                            place,
                            place,
                            contents,
                            "test",
                            LogBackup.Limits.STANDARD,
                            connection -> new SignedCheckpoints() {
                                @Override
                                public Optional<SignedNote> newest(long atMost) {
                                    return log.newest(atMost);
                                }

                                @Override
                                public Keys keys() {
                                    return new Keys(other.verifier(), List.of());
                                }
                            })) {
                        backup.round();
                    }
                })
                .isInstanceOf(BackupRefused.class)
                .hasMessageContaining("not signed by the log's key");
        assertThat(place.names("log/")).isEmpty();
        backUp();
        assertThat(new BackupVerifier(store, keys)
                        .verify(other.verifier(), List.of(), 0)
                        .wrong())
                .isNotEmpty();
    }

    @Test
    void anotherPastIsNotMixedIn() throws Exception {
        log.append(24);
        backUp();
        BackupStore mine = store;
        HandmadeLog shorter = new HandmadeLog(database(), log.logId);
        shorter.append(10);
        assertThatThrownBy(() -> shorter.backUp(mine, place(folder, "k1"), contents))
                .hasMessageContaining("another past of this log");
        shorter.append(20);
        assertThatThrownBy(() -> shorter.backUp(mine, place(folder, "k2"), contents))
                .hasMessageContaining("another past of this log");
        HandmadeLog foreign = new HandmadeLog(database());
        assertThatThrownBy(() -> foreign.backUp(mine, place(folder, "k3"), contents))
                .hasMessageContaining("backup of another log");
        assertThat(verify().wrong()).isEmpty();
    }

    @Test
    void everyChangeOfAFileIsFound() throws Exception {
        log.append(59);
        log.sign(55);
        String content = attach("a sealed file");
        backUp();
        assertThat(verify().wrong()).isEmpty();
        Segment.Range third = new Segment.Range(21, 30);
        for (String name : List.of(third.file(), third.manifest(), ContentsBackup.name(content))) {
            byte[] good = store.open(name).readAllBytes();
            int writer = new String(good, StandardCharsets.ISO_8859_1).indexOf("\"writer\"");
            int end = writer < 0 ? good.length : writer; // which build wrote it is not part of the proof
            for (int at = 0; at < end; at += Math.max(1, end / 60)) {
                byte[] bad = good.clone();
                bad[at] ^= 1;
                store.write(name, bad);
                assertThat(verify().wrong()).as("byte %d of %s", at, name).isNotEmpty();
            }
            store.write(name, Arrays.copyOf(good, good.length - 1));
            assertThat(verify().wrong()).as("shortened " + name).isNotEmpty();
            store.write(name, good);
        }
        byte[] file = store.open(third.file()).readAllBytes();
        store.delete(third.file());
        assertThat(verify().firstWrong()).isEqualTo(21);
        store.write(third.file(), file);
        byte[] manifest = store.open(third.manifest()).readAllBytes();
        store.delete(third.manifest());
        assertThat(verify().wrong().getFirst()).contains("positions 21 to 30 are missing");
        assertThatThrownBy(this::backUp).hasMessageContaining("lacks what stands between");
        store.write(third.manifest(), manifest);
        for (String name : keys.names("keys/")) {
            if (name.endsWith(".rows")) {
                byte[] rows = keys.open(name).readAllBytes();
                keys.delete(name);
                assertThat(verify().wrong()).as(name).isNotEmpty();
                byte[] bad = rows.clone();
                bad[bad.length / 2] ^= 1;
                keys.write(name, bad);
                assertThat(verify().wrong()).as(name).isNotEmpty();
                keys.write(name, rows);
            }
        }
        assertThat(verify().wrong()).isEmpty();
        assertThatThrownBy(() -> {
                    store.write(third.file(), new byte[10]);
                    restore(database(), EVERYTHING, false);
                })
                .hasMessageContaining("not restored");
    }

    /** Whoever owns the place writes it all anew: a past that was never signed. */
    @Test
    void aBackupThatWasMadeAnewFromAnotherPastIsFoundByWhatWasSigned() throws Exception {
        log.append(59);
        log.sign(55);
        String outside = log.note(45).toString();
        log.execute("UPDATE log.event SET occurred_at = occurred_at + interval '1 day' WHERE append_number = 33");
        SigningKey own = SigningKey.generate("hindsight/test");
        try (Backup backup = Backup.open(
                log.source,
                store,
                keys,
                contents,
                "test",
                new LogBackup.Limits(10, 1 << 20, 4),
                connection -> new SignedCheckpoints() {
                    @Override
                    public Optional<SignedNote> newest(long atMost) {
                        return Optional.empty();
                    }

                    @Override
                    public Keys keys() {
                        return new Keys(own.verifier(), List.of());
                    }
                })) {
            backup.round();
        }
        BackupVerdict verdict = verify(outside);
        assertThat(verdict.wrong().getFirst()).contains("first 45 events are not those that were signed");
        assertThat(verdict.firstWrong()).isEqualTo(1);
    }

    @Test
    void withoutItsKeysSealedContentIsMissed() throws Exception {
        log.append(30);
        backUp();
        keys = place(folder, "none-" + UUID.randomUUID());
        assertThat(verify().wrong().getFirst()).contains("there is no backup of the keys");
        assertThatThrownBy(() -> restore(database(), EVERYTHING, false)).hasMessageContaining("not restored");
    }

    @Test
    void theCommandTellsACheckpointThatIsNewerAndOneOfAnotherPast() throws Exception {
        log.append(40);
        backUp();
        log.append(20);
        Path kept = Files.writeString(folder.resolve("kept.txt"), log.note(61).toString());
        String[] verify = {
            "verify",
            store.toString(),
            "--keys-from",
            keys.toString(),
            "--key",
            log.key.verifier().toString(),
            "--checkpoint",
            kept.toString(),
            "--data",
            folder.resolve("nothing").toString()
        };
        try (CommandProcess newer = CommandProcess.start(Map.of(), verify)) {
            assertThat(newer.ends(3))
                    .contains("ends at position 41, and 61 was seen; 20 events are missing", "Nothing is wrong.");
        }
        log.execute("UPDATE log.event SET occurred_at = occurred_at + interval '1 day' WHERE append_number = 33");
        Files.writeString(kept, log.note(35) + "\n" + log.note(40));
        try (CommandProcess other = CommandProcess.start(Map.of(), verify)) {
            assertThat(other.ends(1))
                    .contains(
                            "WRONG  the first 35 events are not those that were signed (the outside checkpoint)",
                            "WRONG  the first 40 events");
        }
    }
}
