package dev.hindsight.ops.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.projections.ledger.LedgerCheck.Finding;
import dev.hindsight.projections.ledger.LedgerCheck.Kind;
import dev.hindsight.projections.ledger.LedgerCheck.Report;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Everything that somebody with all rights in the database can do to the log, each detected and, where that is possible,
 * located. 600 events, with checkpoints over 200, 400 and 600 that were also kept outside.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets them
class TamperTest {

    private static final long CHANGED = 350;

    private static String whole;
    private static String earlier;
    private static SignedNote[] outside;
    private static KeyHistory original;

    private SealedLog log;

    @BeforeAll
    static void history() throws SQLException {
        outside = new SignedNote[3];
        SealedLog made = SealedLog.fresh();
        for (int i = 0; i < 3; i++) {
            made.append(200);
            outside[i] = SignedNote.parse(made.seal().note());
            if (i == 1) {
                // What a backup would hold.
                made.close();
                earlier = made.name;
                SealedLog next = SealedLog.copyOf(earlier);
                next.log.start();
                made = next;
            }
        }
        original = made.keys.history();
        whole = made.name;
        made.close();
    }

    @BeforeEach
    void copy() throws SQLException {
        log = SealedLog.copyOf(whole);
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** A condition for the event at a position. */
    private static String at(long position) {
        return "(append_number, append_index) = (SELECT append_number, append_index FROM log.placed_event"
                + " WHERE position = " + position + ")";
    }

    private Finding first(SignedNote... kept) throws InterruptedException {
        Report report = log.check(kept);
        assertThat(report.findings()).isNotEmpty();
        return Objects.requireNonNull(report.first());
    }

    private static void located(Finding finding, @Nullable Long position, Kind kind, String... words) {
        assertThat(finding.position()).as(finding.what()).isEqualTo(position);
        assertThat(finding.kind()).as(finding.what()).isEqualTo(kind);
        assertThat(finding.what()).contains(words);
    }

    @Test
    void whatWasNotTouchedIsRight() throws Exception {
        Report report = log.check(outside);
        assertThat(report.findings()).isEmpty();
        assertThat(report.events()).isEqualTo(600);
        assertThat(report.checkpoints()).isEqualTo(6);
        assertThat(report.outside()).isEqualTo(3);
        assertThat(report.root()).isEqualTo(log.tree.root(600));
    }

    @Test
    void aBitOfAPayload() throws Exception {
        log.sql("UPDATE log.event SET payload = set_byte(payload, 3, get_byte(payload, 3) # 1) WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "content (metadata or payload)");
    }

    @Test
    void aBitOfMetadata() throws Exception {
        log.sql("UPDATE log.event SET metadata = set_byte(metadata, 3, get_byte(metadata, 3) # 1) WHERE "
                + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "content (metadata or payload)");
    }

    @Test
    void bytesMovedFromMetadataToPayload() throws Exception {
        log.sql("UPDATE log.event SET metadata = substring(metadata FROM 1 FOR length(metadata) - 1), payload ="
                + " substring(metadata FROM length(metadata)) || payload WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "content (metadata or payload)");
    }

    @Test
    void aMicrosecondOfWhenItOccurred() throws Exception {
        log.sql("UPDATE log.event SET occurred_at = occurred_at + interval '1 microsecond' WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "header");
    }

    @Test
    void aMicrosecondOfWhenItWasRecorded() throws Exception {
        String run = Objects.requireNonNull(
                log.value("SELECT max(first_position) FROM log.placement" + " WHERE first_position <= " + CHANGED));
        log.sql("UPDATE log.placement SET recorded_at = recorded_at - interval '1 microsecond' WHERE first_position = "
                + run);
        located(first(), Long.parseLong(run), Kind.EVENT, "header");
    }

    @Test
    void itsName() throws Exception {
        log.sql("UPDATE log.event SET name = name || '2' WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "header");
    }

    @Test
    void itsRevision() throws Exception {
        log.sql("UPDATE log.event SET revision = CASE WHEN revision IS NULL THEN '' END WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "header");
    }

    @Test
    void itsStream() throws Exception {
        log.sql("UPDATE log.event SET stream = 'ticket-other' WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "header");
    }

    @Test
    void itsId() throws Exception {
        log.sql("UPDATE log.event SET event_id = 'another' WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.EVENT, "header");
    }

    @Test
    void aDeletedEvent() throws Exception {
        log.sql("DELETE FROM log.event WHERE " + at(CHANGED));
        located(first(), CHANGED, Kind.LOG, "no event for this position");
    }

    /** Every event after it, numbered anew, so that the order is dense. */
    private void shift(long above, int by) throws SQLException {
        log.sql(
                "CREATE TABLE moved AS SELECT position, recorded_at, append_number, append_index FROM log.placed_event",
                "DELETE FROM log.placement",
                "UPDATE moved SET position = position + " + by + " WHERE position > " + above);
    }

    private void renumber() throws SQLException {
        log.sql(
                "CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY m.position) AS position, m.recorded_at,"
                        + " m.append_number AS was, m.append_index AS was_index FROM moved m",
                "UPDATE log.event e SET append_number = 1000000 + n.position, append_index = 0 FROM numbered n"
                        + " WHERE e.append_number = n.was AND e.append_index = n.was_index",
                "INSERT INTO log.placement (first_position, first_append, recorded_at, latest_occurred_at, appends,"
                        + " events) SELECT position, 1000000 + position, recorded_at, recorded_at, 1, 1 FROM numbered",
                "UPDATE log.sequencer SET settled = 2000000");
    }

    @Test
    void aDeletedEventWhoseGapWasClosed() throws Exception {
        log.sql("CREATE TABLE doomed AS SELECT append_number, append_index FROM log.placed_event WHERE position = "
                + CHANGED);
        shift(CHANGED, 0);
        log.sql(
                "DELETE FROM moved WHERE position = " + CHANGED,
                "DELETE FROM log.event e USING doomed d WHERE e.append_number = d.append_number"
                        + " AND e.append_index = d.append_index");
        renumber();
        located(first(), CHANGED, Kind.EVENT, "missing", "moved up");
    }

    private static final String FOREIGN = "INSERT INTO log.event (append_number, append_index, stream, stream_type,"
            + " version, event_id, name, revision, occurred_at, metadata, payload) VALUES (%d, %d, 'ticket-forged',"
            + " 'Ticket', 1, 'forged', 'forged', '1', now(), '{}', '{}')";

    @Test
    void anInsertedEvent() throws Exception {
        shift(CHANGED - 1, 1);
        log.sql(FOREIGN.formatted(900_000, 0), "INSERT INTO moved VALUES (" + CHANGED + ", now(), 900000, 0)");
        renumber();
        located(first(), CHANGED, Kind.EVENT, "inserted");
    }

    @Test
    void anEventBesideThatOfAPosition() throws Exception {
        // Appended to the call of another event, so that it claims the position after it.
        String[] place = Objects.requireNonNull(log.value(
                        "SELECT position || ' ' || append_number || ' ' || append_index FROM log.placed_event p"
                                + " WHERE position >= " + CHANGED
                                + " AND NOT EXISTS (SELECT FROM log.event e WHERE e.append_number = p.append_number"
                                + " AND e.append_index > p.append_index) ORDER BY position LIMIT 1"))
                .split(" ");
        log.sql(FOREIGN.formatted(Long.parseLong(place[1]), Integer.parseInt(place[2]) + 1));
        located(first(), Long.parseLong(place[0]) + 1, Kind.LOG, "two events for this position");
    }

    @Test
    void anEventOutsideTheOrder() throws Exception {
        // A number that was drawn and rolled back: commands would read the event, the order never has it.
        log.sql(FOREIGN.formatted(-5, 0));
        located(first(), null, Kind.LOG, "1 stored events stand outside the order");
    }

    @Test
    void twoEventsExchanged() throws Exception {
        log.sql(
                "CREATE TABLE pair AS SELECT position, append_number, append_index FROM log.placed_event"
                        + " WHERE position IN (350, 351)",
                "UPDATE log.event e SET append_number = -1 WHERE " + at(350),
                "UPDATE log.event e SET (append_number, append_index) = (SELECT append_number, append_index FROM pair"
                        + " WHERE position = 350) FROM pair p WHERE p.position = 351 AND e.append_number ="
                        + " p.append_number AND e.append_index = p.append_index",
                "UPDATE log.event e SET (append_number, append_index) = (SELECT append_number, append_index FROM pair"
                        + " WHERE position = 351) WHERE append_number = -1");
        located(first(), CHANGED, Kind.EVENT, "exchanged with the event at position 351");
    }

    @Test
    void anEventMovedFurther() throws Exception {
        shift(CHANGED - 1, 1);
        log.sql("UPDATE moved SET position = " + CHANGED + " WHERE position = 501");
        renumber();
        located(first(), CHANGED, Kind.EVENT, "inserted: what was sealed here stands at position 351");
    }

    @Test
    void theLastEventsCutOff() throws Exception {
        log.sql(
                "CREATE TABLE gone AS SELECT append_number, append_index FROM log.placed_event WHERE position > 550",
                "DELETE FROM log.placement p USING gone g WHERE g.append_number BETWEEN p.first_append"
                        + " AND p.first_append + p.appends - 1",
                "DELETE FROM log.event e USING gone g WHERE g.append_number = e.append_number"
                        + " AND g.append_index = e.append_index");
        Finding first = first();
        assertThat(first.kind()).isEqualTo(Kind.LOG);
        assertThat(first.position()).isBetween(530L, 551L);
    }

    /** What the owner does who knows that there is a ledger: everything derived from the log is made anew. */
    private void resealed() throws SQLException {
        log.sql("UPDATE log.event SET payload = set_byte(payload, 3, get_byte(payload, 3) # 1) WHERE " + at(CHANGED));
        log.sql("DELETE FROM ledger.tile", "UPDATE ledger.sealed SET size = 0", "DELETE FROM ledger.checkpoint");
        log.seal();
    }

    @Test
    void everythingMadeAnewWithTheKey() throws Exception {
        resealed();
        assertThat(log.check().findings()).as("nothing inside can tell").isEmpty();
        located(first(outside[2]), 1L, Kind.CHECKPOINT, "between positions 1 and 600", "from outside");
        located(first(outside), 201L, Kind.CHECKPOINT, "between positions 201 and 400", "from outside");
    }

    @Test
    void everythingMadeAnewWithAnotherKey() throws Exception {
        log.sql("DELETE FROM keys.signing_key");
        resealed();
        assertThat(log.check().findings()).as("nothing inside can tell").isEmpty();
        located(first(outside), null, Kind.CHECKPOINT, "not signed by a key of this log");
        Report byKey = log.check(original, outside);
        located(Objects.requireNonNull(byKey.first()), 201L, Kind.CHECKPOINT, "between positions 201 and 400");
    }

    @Test
    void onlyTheLedgerMadeAnew() throws Exception {
        log.sql("UPDATE log.event SET payload = set_byte(payload, 3, get_byte(payload, 3) # 1) WHERE " + at(CHANGED));
        log.sql("DELETE FROM ledger.tile", "UPDATE ledger.sealed SET size = 0");
        var sealer = log.sealer(Duration.ofMillis(1));
        sealer.start();
        SealedLog.await(() -> log.tree.size() == 600);
        sealer.stop();
        located(first(), 201L, Kind.CHECKPOINT, "between positions 201 and 400", "the stored checkpoint");
    }

    @Test
    void aDatabaseRolledBack() throws Exception {
        try (SealedLog before = SealedLog.copyOf(earlier)) {
            assertThat(before.check().findings()).as("nothing inside can tell").isEmpty();
            Finding first = Objects.requireNonNull(before.check(outside).first());
            located(first, 401L, Kind.LOG, "cut off or rolled back");
        }
    }

    @Test
    void aForgedSignature() throws Exception {
        SigningKey stranger = SigningKey.generate("hindsight/test");
        String forged = Checkpoint.of(outside[1]).sign(stranger).toString();
        log.sql("UPDATE ledger.checkpoint SET note = '" + forged + "' WHERE size = 400");
        located(first(), null, Kind.CHECKPOINT, "over 400 events is not signed");
    }

    @Test
    void aChangedCheckpoint() throws Exception {
        log.sql("UPDATE ledger.checkpoint SET note = replace(note, '400', '399') WHERE size = 400");
        located(first(), null, Kind.CHECKPOINT, "over 400 events is not signed");
    }

    @Test
    void aForgedCheckpointFromOutside() throws Exception {
        SigningKey stranger = SigningKey.generate("hindsight/test");
        SignedNote forged = Checkpoint.of(outside[1]).sign(stranger);
        located(first(forged), null, Kind.CHECKPOINT, "not signed by a key of this log");
    }

    @Test
    void anotherLogsCheckpoint() throws Exception {
        try (SealedLog other = SealedLog.fresh()) {
            other.append(5);
            located(
                    first(SignedNote.parse(other.seal().note())),
                    null,
                    Kind.CHECKPOINT,
                    "not signed by a key of this log");
        }
    }

    @Test
    void aLeafOfTheTree() throws Exception {
        log.sql(
                "ALTER TABLE ledger.tile DISABLE TRIGGER tile_grows",
                "UPDATE ledger.tile SET hashes = set_byte(hashes, 93 * 32, get_byte(hashes, 93 * 32) # 1)"
                        + " WHERE level = 0 AND index = 1");
        located(first(), CHANGED, Kind.TREE, "leaf of this event was changed; the event agrees");
    }

    @Test
    void anInnerHashOfTheTree() throws Exception {
        log.sql(
                "ALTER TABLE ledger.tile DISABLE TRIGGER tile_grows",
                "UPDATE ledger.tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)"
                        + " WHERE level = 1 AND index = 0");
        located(first(), 257L, Kind.TREE, "tile 0 of level 1");
    }

    @Test
    void aTileThatIsMissing() throws Exception {
        log.sql("DELETE FROM ledger.tile WHERE level = 0 AND index = 1");
        located(first(), 257L, Kind.TREE, "leaf of this event was changed");
    }

    @Test
    void theTreeDoesNotLetItselfBeChanged() throws Exception {
        for (String change : List.of(
                "UPDATE ledger.tile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE index = 0",
                "UPDATE ledger.tile SET hashes = substring(hashes FROM 1 FOR 32),"
                        + " headers = substring(headers FROM 1 FOR 32) WHERE level = 0 AND index = 0")) {
            assertThat(catchThrowable(() -> log.sql(change)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("would not grow but change");
        }
    }

    @Test
    void aKeyThatTheDatabaseDoesNotPublishIsNotBelieved() throws Exception {
        VerifierKey stranger = SigningKey.generate("hindsight/test").verifier();
        Report report = log.check(KeyHistory.of("hindsight/test", stranger, List.of()), outside);
        assertThat(report.findings())
                .hasSize(3)
                .allSatisfy(finding -> located(finding, null, Kind.CHECKPOINT, "not signed"));
    }
}
