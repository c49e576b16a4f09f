package dev.hindsight.ops.codec.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.command.erasure.LegalHolds;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent.PersonLeftOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.RequesterChanged;
import dev.hindsight.domain.ticket.TicketEvent.SubjectChanged;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.StoredEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionTemplate;

class KeyRingTest {

    private static final Instant AT = Instant.parse("2026-11-21T03:51:17.000001Z");
    private static final MasterKey MASTER =
            MasterKey.ofBase64(Base64.getEncoder().encodeToString(new byte[32]));

    private final UUID ana = UUID.randomUUID();
    private final UUID ben = UUID.randomUUID();
    private final UUID ticket = UUID.randomUUID();
    private static KeysDatabase database;
    private final KeyRing keys = ring();
    private final EventCodec codec = new EventCodec(EventNames.current(), keys);

    @BeforeAll
    static void open() throws SQLException {
        database = new KeysDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void whatOneNodeSealsAnotherOpens() {
        List<Event> events = List.of(
                new PersonRegistered(ana, AT, "Ana", "ana@example.org", null, null, null, null),
                imported(ana, "No paper"),
                new RequesterChanged(ticket, AT, ana, ben, null),
                note("Paper ordered"));
        List<StoredEvent> stored = events.stream().map(codec::encode).toList();
        assertThat(read(ring(), stored)).isEqualTo(events);
    }

    @Test
    void aTicketsKeyFallsWithItsRequestersKey() throws SQLException {
        List<StoredEvent> stored =
                List.of(codec.encode(imported(ana, "No paper")), codec.encode(note("Paper ordered")));
        destroy(KeyOwner.person(ana), keys);

        List<Event> erased = List.of(imported(ana, Personal.ERASED), note(Personal.ERASED));
        assertThat(read(keys, stored)).isEqualTo(erased);
        assertThat(read(ring(), stored)).isEqualTo(erased);
        assertThatThrownBy(() -> codec.encode(note("more"))).isInstanceOf(DestroyedKeyException.class);
        assertThatThrownBy(() -> keys.openTicket(UUID.randomUUID(), ana)).isInstanceOf(DestroyedKeyException.class);
    }

    @Test
    void whatHoldsNoPersonalDataIsStoredAfterAnErasureToo() throws SQLException {
        codec.encode(new PersonRegistered(ana, AT, "Ana", null, null, null, null, null));
        codec.encode(imported(ana, "No paper"));
        destroy(KeyOwner.person(ana), keys);
        List<Event> events = List.of(new PersonLeftOrganization(ana, AT, ben), new TagAdded(ticket, AT, "late"));
        assertThat(read(ring(), events.stream().map(codec::encode).toList())).isEqualTo(events);
    }

    @Test
    void aTicketsContentCanBeErasedAlone() throws SQLException {
        List<StoredEvent> stored = List.of(codec.encode(imported(null, "No paper")));
        destroy(KeyOwner.ticket(ticket), keys);
        assertThat(read(keys, stored)).containsExactly(imported(null, Personal.ERASED));
        assertThat(keys.openTicket(UUID.randomUUID(), null).destroyed()).isFalse();
    }

    @Test
    void aChangedRequesterTakesTheTicketsContentAlong() throws SQLException {
        List<StoredEvent> stored = List.of(codec.encode(imported(ana, "No paper")));
        UUID before = keys.ofTicket(ticket).id();
        codec.encode(new RequesterChanged(ticket, AT, ana, ben, null));
        destroy(KeyOwner.person(ana), keys);

        assertThat(ring().ofTicket(ticket).id()).isEqualTo(before);
        assertThat(read(ring(), stored)).containsExactly(imported(ana, "No paper"));
        destroy(KeyOwner.person(ben), keys);
        assertThat(read(ring(), stored)).containsExactly(imported(ana, Personal.ERASED));
    }

    @Test
    void aChangeOfRequesterIsPartOfItsCommand() throws SQLException {
        List<StoredEvent> stored = List.of(codec.encode(imported(ana, "No paper")));
        var commands = new TransactionTemplate(new DataSourceTransactionManager(database.application()));
        commands.executeWithoutResult(underway -> {
            codec.encode(new RequesterChanged(ticket, AT, ana, ben, null));
            underway.setRollbackOnly(); // the append lost
        });
        destroy(KeyOwner.person(ben), keys);
        assertThat(read(ring(), stored)).containsExactly(imported(ana, "No paper"));
        destroy(KeyOwner.person(ana), keys);
        assertThat(read(ring(), stored)).containsExactly(imported(ana, Personal.ERASED));
    }

    @Test
    void noErasureIsDecidedWhileARequesterIsBeingChanged() throws SQLException {
        codec.encode(imported(ana, "No paper"));
        var commands = new TransactionTemplate(new DataSourceTransactionManager(database.application()));
        String turn = "DO $$ BEGIN ASSERT pg_try_advisory_xact_lock(hashtext('" + LegalHolds.LOCK + "')); END $$";
        commands.executeWithoutResult(underway -> {
            codec.encode(new RequesterChanged(ticket, AT, ana, ben, null));
            assertThatThrownBy(() -> database.asOwner(turn)).hasMessageContaining("assertion failed");
        });
        database.asOwner(turn);
    }

    @Test
    void aKeyStillInMemoryDoesNotBringErasedContentBack() throws SQLException {
        codec.encode(imported(ana, "No paper"));
        keys.ofPerson(ben);
        database.destroy(KeyOwner.person(ana));
        assertThatThrownBy(() -> keys.changeRequester(ticket, ben)).isInstanceOf(DestroyedKeyException.class);
        assertThatThrownBy(() -> keys.ofTicket(ticket)).isInstanceOf(DestroyedKeyException.class);
    }

    @Test
    void aDestroyedKeyIsAskedForOnceWhileOthersAreForgotten() throws SQLException {
        codec.encode(imported(ana, "No paper"));
        UUID key = keys.ofTicket(ticket).id();
        AtomicInteger asked = new AtomicInteger();
        KeyRing node = KeyRing.open(
                new DelegatingDataSource(database.application()) {
                    @Override
                    public Connection getConnection() throws SQLException {
                        asked.incrementAndGet();
                        return super.getConnection();
                    }
                },
                MASTER,
                100);
        destroy(KeyOwner.person(ana), node);
        assertThat(node.byId(key).destroyed()).isTrue();
        node.forget(KeyOwner.person(ana));
        int before = asked.get();
        assertThat(node.byId(key).destroyed()).isTrue();
        assertThat(asked).hasValue(before);
    }

    @Test
    void aKeyThatNeverWasIsMissing() {
        assertThatThrownBy(() -> codec.encode(note("to a ticket that was never opened")))
                .isInstanceOf(MissingKeyException.class);
        assertThatThrownBy(() -> keys.byId(UUID.randomUUID())).isInstanceOf(MissingKeyException.class);
    }

    @Test
    void manyCallersGetOneKeyPerOwner() throws Exception {
        List<UUID> tickets = Stream.generate(UUID::randomUUID).limit(20).toList();
        CyclicBarrier start = new CyclicBarrier(16);
        KeyRing other = ring();
        List<Callable<List<UUID>>> callers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            KeyRing mine = i % 2 == 0 ? keys : other;
            callers.add(() -> {
                start.await();
                return tickets.stream().map(id -> mine.openTicket(id, ana).id()).toList();
            });
        }
        Set<List<UUID>> answers = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (Future<List<UUID>> answer : threads.invokeAll(callers)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).hasSize(1);
        assertThat(new HashSet<>(answers.iterator().next())).hasSize(20);
    }

    @Test
    void everyCallerHearsOfAFailureAndTheNextTryWorks() throws Exception {
        keys.ofPerson(ana);
        database.asOwner("ALTER TABLE keys.data_key RENAME TO away");
        List<Callable<UUID>> callers = Stream.generate(UUID::randomUUID)
                .limit(8)
                .<Callable<UUID>>map(id -> () -> keys.openTicket(id, ana).id())
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<UUID> answer : threads.invokeAll(callers)) {
                assertThatThrownBy(answer::get).hasCauseInstanceOf(DataAccessException.class);
            }
            database.asOwner("ALTER TABLE keys.away RENAME TO data_key");
            for (Future<UUID> answer : threads.invokeAll(callers)) {
                assertThat(answer.get()).isNotNull();
            }
        }
    }

    @Test
    void aBatchsKeysAreMadeAndReadAhead() throws SQLException {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            UUID id = UUID.randomUUID();
            UUID requester = i % 3 == 0 ? null : UUID.randomUUID();
            events.add(new TicketImported(
                    id, AT, i, "test", "c" + i, "TASK", "s", false, requester, null, null, null, null, null, null,
                    Map.of(), Map.of(), "IMPORT"));
            events.add(new SubjectChanged(id, AT, "t"));
        }
        codec.prepare(events);
        KeyRing reader = ring();
        EventCodec other = new EventCodec(EventNames.current(), reader);
        Map<UUID, DataKey> fetched =
                other.keysOf(events.stream().map(Event::streamId).distinct().toList());
        database.asOwner("ALTER TABLE keys.data_key RENAME TO away");

        List<StoredEvent> stored = events.stream().map(codec::encode).toList();
        assertThat(stored.stream().map(its -> other.decode(its.name(), its.revision(), its.payload(), fetched)))
                .containsExactlyElementsOf(events);
        assertThatThrownBy(() -> read(reader, stored)).isInstanceOf(DataAccessException.class);
        assertThatThrownBy(() -> reader.ofPerson(UUID.randomUUID())).isInstanceOf(DataAccessException.class);
        database.asOwner("ALTER TABLE keys.away RENAME TO data_key");
        assertThat(reader.ofPerson(UUID.randomUUID()).destroyed()).isFalse();
    }

    @Test
    void anotherMasterKeyIsNoticedWhenTheRingIsOpened() {
        MasterKey other = MasterKey.ofBase64("AQ".repeat(21) + "A=");
        assertThatThrownBy(() -> KeyRing.open(database.application(), other, 100))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("master key");
    }

    @Test
    void aValueHasOneFingerprintOnEveryNodeOfADatabaseAndAnotherForAnotherKindOrDatabase() throws SQLException {
        byte[] fingerprint = keys.fingerprint("email", "ana@example.org");
        assertThat(fingerprint).hasSize(32);
        assertThat(ring().fingerprint("email", "ana@example.org")).isEqualTo(fingerprint);
        assertThat(keys.fingerprint("email", "ben@example.org")).isNotEqualTo(fingerprint);
        assertThat(keys.fingerprint("subject", "ana@example.org")).isNotEqualTo(fingerprint);
        try (KeysDatabase elsewhere = new KeysDatabase()) {
            KeyRing others = KeyRing.open(elsewhere.application(), MASTER, 100);
            assertThat(others.fingerprint("email", "ana@example.org")).isNotEqualTo(fingerprint);
        }
    }

    @Test
    void theApplicationCanNeitherDeleteNorDestroyKeys() {
        keys.ofPerson(ana);
        for (String sql : List.of(
                "DELETE FROM keys.data_key",
                "TRUNCATE keys.data_key",
                "UPDATE keys.data_key SET destroyed_at = now(), wrapped_key = NULL",
                "UPDATE keys.data_key SET owner = 'person:x'",
                "DELETE FROM keys.lookup_key",
                "UPDATE keys.lookup_key SET wrapped_key = wrapped_key")) {
            assertThatThrownBy(() -> database.asApplication(sql))
                    .as(sql)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void onlyKeysOfPeopleAndTicketsAreDestroyed() {
        for (String owner :
                List.of("system", "person:", "person:%", "' OR true --", "person:" + UUID.randomUUID() + "x")) {
            assertThatThrownBy(() -> database.destroy(owner.replace("'", "''")))
                    .as(owner)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("only keys of people and tickets");
        }
    }

    private static KeyRing ring() {
        return KeyRing.open(database.application(), MASTER, 1000);
    }

    private void destroy(String owner, KeyRing inMemory) throws SQLException {
        database.destroy(owner);
        inMemory.forget(owner);
    }

    private static List<Event> read(KeyRing keys, List<StoredEvent> stored) {
        EventCodec codec = new EventCodec(EventNames.current(), keys);
        return stored.stream()
                .map(event -> codec.decode(event.name(), event.revision(), event.payload()))
                .toList();
    }

    private TicketImported imported(@Nullable UUID requester, String subject) {
        return new TicketImported(
                ticket, AT, 1, "test", "c", "TASK", subject, false, requester, null, null, null, null, null, null,
                Map.of(), Map.of(), "IMPORT");
    }

    private InternalNoteAdded note(String body) {
        return new InternalNoteAdded(ticket, AT, new UUID(1, 1), null, body);
    }
}
