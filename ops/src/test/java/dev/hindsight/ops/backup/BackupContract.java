package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent.PersonalDataErased;
import dev.hindsight.domain.ticket.TicketEvent.RequesterChanged;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.keys.KeyRing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What backup, verification and restore promise, whatever the place. */
abstract class BackupContract extends BackupFixture {

    private static final Instant AT = Instant.parse("2026-11-21T03:51:17.000001Z");

    @Test
    void everyByteComesBack() throws Exception {
        log.append(104);
        log.sign(57);
        log.sign(103);
        String content = attach("a sealed file");
        Backup.Round round = backUp();
        assertThat(round.position()).isEqualTo(105);
        assertThat(round.checked()).isEqualTo(103);
        BackupVerdict verdict = verify();
        assertThat(verdict.wrong()).isEmpty();
        assertThat(verdict.last()).isEqualTo(105);
        assertThat(verdict.provedUpTo()).isEqualTo(103);
        assertThat(verdict.missingKeys()).isZero();
        assertThat(verdict.sealedKeys()).isGreaterThan(30);

        DataSource restored = database();
        Restore.Done done = restore(restored, EVERYTHING, true);
        assertThat(done.last()).isEqualTo(105);
        assertThat(done.epoch()).isNull();
        assertThat(done.contents()).isEqualTo(1);
        assertThat(HandmadeLog.digest(restored, 1_000)).isEqualTo(HandmadeLog.digest(log.source, 1_000));
        assertThat(HandmadeLog.root(restored, 105)).isEqualTo(HandmadeLog.root(log.source, 105));
        String allKeys = "SELECT md5(string_agg(t::text, '' ORDER BY key_id)) FROM keys.data_key t";
        assertThat(HandmadeLog.text(restored, allKeys)).isEqualTo(HandmadeLog.text(log.source, allKeys));
        assertThat(contents("restored").open(content).readAllBytes())
                .isEqualTo("a sealed file".getBytes(StandardCharsets.UTF_8));
        // events go on behind: numbers of append calls and the sequencer stand where the log ends
        assertThat(HandmadeLog.text(restored, "SELECT settled FROM log.sequencer"))
                .isEqualTo("105");
        assertThat(HandmadeLog.text(restored, "SELECT nextval('log.append_number')"))
                .isEqualTo("106");
    }

    @Test
    void aSecondRunShipsWhatIsNewAndSmallPartsBecomeOne() throws Exception {
        for (int i = 0; i < 9; i++) {
            log.append(2);
            assertThat(backUp().events()).isEqualTo(i == 0 ? 3 : 2);
        }
        assertThat(backUp().events()).isZero();
        assertThat(verify().wrong()).isEmpty();
        assertThat(verify().last()).isEqualTo(19);
        assertThat(verify().segments()).isLessThan(6);
        assertThat(store.names("log/")).hasSize(2 * verify().segments());
        DataSource restored = database();
        restore(restored, EVERYTHING, true);
        assertThat(HandmadeLog.digest(restored, 1_000)).isEqualTo(HandmadeLog.digest(log.source, 1_000));
    }

    @Test
    void whatAKilledRunLeftDoesNotCount() throws Exception {
        log.append(19);
        backUp();
        List<String> names = store.names("log/");
        // written, but its manifest was not: it does not count, and is written again
        store.delete(new Segment.Range(11, 20).manifest());
        assertThat(verify().last()).isEqualTo(10);
        assertThat(backUp().events()).isEqualTo(10);
        assertThat(store.names("log/")).isEqualTo(names);
        // made of others that were not deleted yet
        log.append(2);
        backUp();
        byte[] file = store.open(new Segment.Range(21, 22).file()).readAllBytes();
        byte[] manifest = store.open(new Segment.Range(21, 22).manifest()).readAllBytes();
        log.append(2);
        backUp();
        log.append(9);
        backUp();
        log.append(9);
        backUp();
        store.write(new Segment.Range(21, 22).file(), file);
        store.write(new Segment.Range(21, 22).manifest(), manifest);
        assertThat(verify().wrong()).isEmpty();
        backUp();
        assertThat(store.names("log/")).hasSize(2 * verify().segments());
        assertThat(verify().last()).isEqualTo(log.head());
    }

    @Test
    void aDestroyedKeyIsNowhereInTheBackup() throws Exception {
        log.append(60);
        backUp();
        String owner = log.ownersOfKeys().stream()
                .filter(each -> each.startsWith("person:"))
                .findFirst()
                .orElseThrow();
        String wrapped = "SELECT encode(wrapped_key, 'hex') FROM keys.data_key WHERE owner = '" + owner + "'";
        String old = HandmadeLog.text(log.source, wrapped);
        assertThat(everything(keys)).contains(old);
        int files = keys.names("keys/").size();
        log.execute("UPDATE keys.data_key SET wrapped_key = NULL, destroyed_at = now() WHERE owner = ?", owner);
        Backup.Round round = backUp();
        assertThat(round.keyFiles()).isEqualTo(1);
        assertThat(everything(keys)).doesNotContain(old).contains(owner);
        assertThat(keys.names("keys/")).hasSize(files);
        assertThat(verify().wrong()).isEmpty();
    }

    @Test
    void inOneRunningBackupOnlyKeysThatChangedAreWritten() throws Exception {
        log.append(60);
        try (Backup backup =
                Backup.open(log.source, store, keys, contents, "test", LogBackup.Limits.STANDARD, connection -> log)) {
            assertThat(backup.round().keyFiles()).isGreaterThan(5);
            assertThat(backup.round().keyFiles()).isZero();
            String owner = log.ownersOfKeys().getFirst();
            log.execute("UPDATE keys.data_key SET wrapped_key = NULL, destroyed_at = now() WHERE owner = ?", owner);
            assertThat(backup.round().keyFiles()).isEqualTo(1);
            log.append(3);
            Backup.Round round = backup.round();
            assertThat(round.events()).isEqualTo(3);
            assertThat(round.keyFiles()).isBetween(1, 3);
        }
        assertThat(verify().missingKeys()).isZero();
        assertThat(verify().wrong()).isEmpty();
    }

    @Test
    void erasuresAreDoneAgainOnOlderKeys() throws Exception {
        log.append(60);
        UUID person = new UUID(9, 0);
        BackupStore older = place(folder, "older-" + UUID.randomUUID());
        log.backUp(place(folder, "ignored-" + UUID.randomUUID()), older, contents);
        log.execute(
                "UPDATE keys.data_key SET wrapped_key = NULL, destroyed_at = now() WHERE owner = ?",
                "person:" + person);
        log.insert("person-" + person, 1, "person.data-erased", "{\"personId\":\"" + person + "\"}");
        UUID ticket = new UUID(7, 15);
        log.insert("ticket-" + ticket, 99, "ticket.content-erased", "{\"ticketId\":\"" + ticket + "\"}");
        backUp();
        keys = older; // what somebody kept from before the erasure
        DataSource restored = database();
        Restore.Done done = restore(restored, new Restore.Until(50L, null), false);
        assertThat(done.erasures()).isGreaterThan(3);
        assertThat(HandmadeLog.text(
                        restored,
                        "SELECT count(*) FROM keys.data_key WHERE wrapped_key IS NOT NULL AND (owner IN ('person:"
                                + person
                                + "', 'ticket:" + ticket
                                + "') OR wrapped_by = (SELECT key_id FROM keys.data_key WHERE owner = 'person:"
                                + person + "'))"))
                .isEqualTo("0");
        assertThat(HandmadeLog.text(restored, "SELECT count(*) > 3 FROM keys.data_key WHERE wrapped_key IS NOT NULL"))
                .isEqualTo("t");
    }

    @Test
    void keysOfBeforeTheLogHangOnTheRequestersThatTheLogTells() throws Exception {
        UUID ana = UUID.randomUUID();
        UUID ben = UUID.randomUUID();
        UUID moved = opened(ana);
        UUID stayed = opened(ana);
        BackupStore older = place(folder, "older-" + UUID.randomUUID());
        log.backUp(place(folder, "ignored-" + UUID.randomUUID()), older, contents);
        insert(2, new RequesterChanged(moved, AT, ana, ben, null)); // ben has no key in the older backup
        destroyed(log.source, "person:" + ana);
        insert(1, new PersonalDataErased(ana, AT, UUID.randomUUID(), UUID.randomUUID(), "asked", null));
        backUp();
        keys = older;
        DataSource restored = database();
        restore(restored, EVERYTHING, true);
        assertThat(subject(restored, moved)).isEqualTo("of " + ana);
        assertThat(subject(restored, stayed)).isEqualTo(Personal.ERASED);
        destroyed(restored, "person:" + ben);
        assertThat(subject(restored, moved)).isEqualTo(Personal.ERASED);
    }

    @Test
    void keysOfAfterTheLogHangOnTheRequestersThatTheLogTells() throws Exception {
        UUID ana = UUID.randomUUID();
        UUID ben = UUID.randomUUID();
        UUID there = opened(ana);
        UUID back = opened(ben);
        UUID nobodys = opened(null);
        long to = log.head();
        insert(2, new RequesterChanged(there, AT, ana, ben, null));
        insert(2, new RequesterChanged(back, AT, ben, ana, null));
        insert(2, new RequesterChanged(nobodys, AT, null, ana, null));
        backUp();
        DataSource restored = database();
        restore(restored, new Restore.Until(to, null), false);
        destroyed(restored, "person:" + ana);
        assertThat(subject(restored, there)).isEqualTo(Personal.ERASED);
        assertThat(subject(restored, back)).isEqualTo("of " + ben);
        assertThat(subject(restored, nobodys)).isEqualTo("of null");
        destroyed(restored, "person:" + ben);
        assertThat(subject(restored, back)).isEqualTo(Personal.ERASED);
        assertThat(subject(restored, nobodys)).isEqualTo("of null");
    }

    private UUID opened(@Nullable UUID requester) throws Exception {
        UUID ticket = UUID.randomUUID();
        insert(
                1,
                new TicketImported(
                        ticket,
                        AT,
                        log.head() + 1,
                        "test",
                        "c",
                        "TASK",
                        "of " + requester,
                        false,
                        requester,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Map.of(),
                        Map.of(),
                        "IMPORT"));
        return ticket;
    }

    private void insert(long version, Event event) throws Exception {
        var stored = codec(log.source).encode(event);
        log.insert(event.streamId(), version, stored.name(), new String(stored.payload(), StandardCharsets.UTF_8));
    }

    private static EventCodec codec(DataSource database) {
        return new EventCodec(EventNames.current(), KeyRing.open(database, HandmadeLog.MASTER, 10));
    }

    /** As an erasure ends it. */
    private static void destroyed(DataSource database, String owner) throws Exception {
        HandmadeLog.text(database, "SELECT keys.destroy('" + owner + "')");
    }

    /** What a node reads of a ticket's first event that knows no key yet. */
    private static @Nullable String subject(DataSource database, UUID ticket) throws Exception {
        String payload = HandmadeLog.text(
                database,
                "SELECT convert_from(payload, 'UTF8') FROM log.event WHERE version = 1 AND stream = 'ticket-" + ticket
                        + "'");
        var event = codec(database).decode("ticket.imported", "1", payload.getBytes(StandardCharsets.UTF_8));
        return ((TicketImported) event).subject();
    }

    @Test
    void toAPositionAndToATimeANewEpochBegins() throws Exception {
        log.append(60);
        log.sign(61);
        backUp();
        DataSource there = database();
        assertThat(restore(there, new Restore.Until(33L, null), false).epoch()).isEqualTo(2);
        assertThat(HandmadeLog.digest(there, 33)).isEqualTo(HandmadeLog.digest(log.source, 33));
        assertThat(HandmadeLog.text(there, "SELECT max(position) FROM log.placed_event"))
                .isEqualTo("34");
        assertThat(
                        HandmadeLog.text(
                                there,
                                "SELECT name || ' ' || version || ' ' || convert_from(payload, 'UTF8') FROM log.placed_event WHERE position = 34"))
                .startsWith("log.epoch-started 2 {\"epoch\":2,")
                .endsWith("\"after\":33,\"seen\":null}");
        DataSource then = database();
        // positions 32 to 35 have this moment
        Instant moment = Instant.parse("2026-02-01T00:00:08Z");
        String zone = HandmadeLog.text(
                log.source, "SELECT timestamptz '2026-02-01' + 8 * interval '1 s' = timestamptz '" + moment + "'");
        assertThat(zone).as("the server's zone is UTC").isEqualTo("t");
        assertThat(restore(then, new Restore.Until(null, moment), false).last()).isEqualTo(35);
        assertThat(restore(database(), new Restore.Until(null, moment.minusNanos(1_000)), false)
                        .last())
                .isEqualTo(31);
        assertThatThrownBy(() -> restore(database(), new Restore.Until(62L, null), false))
                .hasMessageContaining("has 1 to 61");
        assertThatThrownBy(() -> restore(database(), new Restore.Until(60L, null), true))
                .hasMessageContaining("--nothing-lost");
        assertThatThrownBy(() -> restore(there, EVERYTHING, false)).hasMessageContaining("has events");
    }

    @Test
    void aBackupOlderThanWhatWasSeenOutsideIsToldAndRecorded() throws Exception {
        log.append(40);
        backUp();
        log.append(20);
        String outside = log.note(61).toString();
        BackupVerdict verdict = verify(outside);
        assertThat(verdict.good()).isTrue();
        assertThat(verdict.older()).isTrue();
        assertThat(String.join(" ", verdict.notes())).contains("ends at position 41, and 61 was seen");
        assertThatThrownBy(() -> restore(database(), EVERYTHING, true, outside)).hasMessageContaining("--nothing-lost");
        DataSource restored = database();
        assertThat(restore(restored, EVERYTHING, false, outside).epoch()).isEqualTo(2);
        assertThat(HandmadeLog.text(
                        restored, "SELECT convert_from(payload, 'UTF8') FROM log.placed_event WHERE position = 42"))
                .endsWith("\"after\":41,\"seen\":61}");
    }

    @Test
    void attachmentsComeAndGo() throws Exception {
        String content = attach("a sealed file");
        assertThat(backUp().contents()).isEqualTo(1);
        assertThat(backUp().contents()).isZero();
        log.execute("DELETE FROM command.attachment_content");
        backUp();
        assertThat(store.names("attachments/")).isEmpty();
        log.execute(
                "INSERT INTO command.attachment_content (content, ticket_id) VALUES (decode(?, 'hex'), gen_random_uuid())",
                content);
        Files.writeString(
                folder.resolve("attachments")
                        .resolve(content.substring(0, 2))
                        .resolve(content.substring(2, 4))
                        .resolve(content),
                "changed");
        assertThat(backUp().damaged()).containsExactly(content);
        assertThat(store.names("attachments/")).isEmpty();
    }

    private static String everything(BackupStore place) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String name : place.names("")) {
            all.append(new String(place.open(name).readAllBytes(), StandardCharsets.UTF_8));
        }
        return all.toString();
    }
}
