package dev.hindsight.ops.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.CheckpointFile;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.operations.OperationsEvent.LedgerKeyRotated;
import dev.hindsight.projections.ledger.CheckpointPlace;
import dev.hindsight.projections.ledger.Publisher;
import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.ledger.LedgerContradicted;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tree grows with the log, whoever seals and however often that is interrupted. */
class SealingTest {

    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void theTreeIsTheLogsHoweverItGrew() throws Exception {
        try (SealedLog log = SealedLog.fresh()) {
            // Sizes on both sides of a tile's edge, and of the second level's first hash.
            int[] portions = {1, 2, 200, 52, 1, 1, 255, 600};
            List<StoredCheckpoint> made = new ArrayList<>();
            for (int portion : portions) {
                log.append(portion);
                made.add(log.seal());
            }
            assertThat(log.check().findings()).isEmpty();
            long size = log.tree.size();
            assertThat(size).isEqualTo(1_112);
            Hash root = log.tree.root(size);
            for (StoredCheckpoint each : made) {
                Checkpoint checkpoint = log.keys
                        .history()
                        .verified(SignedNote.parse(each.note()))
                        .orElseThrow();
                assertThat(MerkleTree.consistent(
                                checkpoint.size(),
                                checkpoint.root(),
                                size,
                                root,
                                log.tree.consistency(checkpoint.size(), size)))
                        .isTrue();
            }
            for (long position : new long[] {1, 2, 255, 256, 257, 512, 1_000, 1_112}) {
                Hash leaf = log.tree.leaf(position, size);
                assertThat(MerkleTree.includes(leaf, position - 1, size, log.tree.inclusion(position, size), root))
                        .isTrue();
            }
            List<Hash> leaves = new ArrayList<>();
            for (long position = 250; position <= 300; position++) {
                leaves.add(log.tree.leaf(position, size));
            }
            long[] range = LongStream.range(249, 300).toArray();
            List<Hash> proof = log.tree.of(size, subtrees -> MerkleTree.subset(range, size, subtrees));
            assertThat(MerkleTree.includesSubset(range, leaves, size, proof, root))
                    .isTrue();
        }
    }

    @Test
    void oneOfSeveralNodesSealsAndAnotherTakesOver() throws Exception {
        try (SealedLog log = SealedLog.fresh()) {
            List<Sealer> nodes = List.of(log.sealer(LONG), log.sealer(LONG), log.sealer(LONG));
            nodes.forEach(Sealer::start);
            Thread writer = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 40; i++) {
                    log.append(25);
                }
            });
            try {
                for (int round = 0; round < 2; round++) {
                    SealedLog.await(() -> nodes.stream().anyMatch(Sealer::leading));
                    List<Sealer> leading =
                            nodes.stream().filter(Sealer::leading).toList(); // before the next one leads
                    assertThat(leading).hasSize(1);
                    leading.getFirst().stop();
                }
                // What a crash does to the one that leads: its connection is gone.
                SealedLog.await(() -> nodes.stream().anyMatch(Sealer::leading));
                log.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE application_name = 'hindsight-sealer' AND datname = current_database()");
                writer.join();
                SealedLog.await(() -> log.tree.size() == log.raw.head());
            } finally {
                writer.join();
                nodes.forEach(Sealer::stop);
            }
            assertThat(log.tree.size()).isEqualTo(1_000);
            assertThat(log.check().findings()).isEmpty();
        }
    }

    @Test
    void checkpointsComeAtTheirPaceAndOnlyWhereSomethingChanged() {
        try (SealedLog log = SealedLog.fresh()) {
            Sealer sealer = log.sealer(Duration.ofMillis(300));
            sealer.start();
            try {
                log.append(10);
                SealedLog.await(() -> log.checkpoints.latest().isPresent());
                log.append(10);
                SealedLog.await(() -> log.checkpoints.latest().orElseThrow().size() == 20);
                StoredCheckpoint latest = log.checkpoints.latest().orElseThrow();
                int count = log.checkpoints.below(Long.MAX_VALUE, 100).size();
                assertThat(log.checkpoints.make()).usingRecursiveComparison().isEqualTo(latest);
                assertThat(log.checkpoints.below(Long.MAX_VALUE, 100)).hasSize(count);
            } finally {
                sealer.stop();
            }
        }
    }

    @Test
    void nothingIsSignedThatContradictsWhatWas() throws Exception {
        try (SealedLog log = SealedLog.fresh()) {
            log.append(20);
            log.seal();
            log.sql(
                    "ALTER TABLE ledger.tile DISABLE TRIGGER tile_grows",
                    "UPDATE ledger.tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1)",
                    "ALTER TABLE ledger.tile ENABLE TRIGGER tile_grows");
            log.append(5);
            Sealer sealer = log.sealer(Duration.ofMillis(10));
            sealer.start();
            try {
                SealedLog.await(sealer::contradicted);
                assertThat(sealer.failure()).contains("first 20 events are not those that were signed");
                assertThat(log.checkpoints.latest().orElseThrow().size()).isEqualTo(20);
                assertThatThrownBy(log.checkpoints::make).isInstanceOf(LedgerContradicted.class);
            } finally {
                sealer.stop();
            }
        }
    }

    @Test
    void aNewKeySignsAndTheOldOnesPrivateHalfIsGone() throws Exception {
        try (SealedLog log = SealedLog.fresh()) {
            log.append(10);
            StoredCheckpoint before = log.seal();
            KeyHistory first = log.keys.history();
            log.checkpoints.rotateFrom(log.keys.published().getLast().key(), SealedLog.OLGA, "once a year");
            log.append(10);
            Sealer sealer = log.sealer(Duration.ofMillis(10));
            sealer.start();
            SealedLog.await(() -> log.keys.unrecorded().isEmpty()
                    && log.checkpoints.latest().orElseThrow().size() == 20);
            sealer.stop();
            SignedNote after =
                    SignedNote.parse(log.checkpoints.latest().orElseThrow().note());
            KeyHistory keys = log.keys.history();
            assertThat(keys.terms()).hasSize(2);
            assertThat(keys.verified(SignedNote.parse(before.note()))).isPresent();
            assertThat(keys.verified(after)).isPresent();
            assertThat(first.verified(after)).as("the old key alone").isEmpty();
            assertThat(log.value("SELECT count(*) FROM keys.signing_key WHERE wrapped_key IS NOT NULL"))
                    .isEqualTo("1");
            assertThat(log.recorded).singleElement().satisfies(event -> {
                LedgerKeyRotated rotated = (LedgerKeyRotated) event;
                assertThat(rotated.size()).isEqualTo(10);
                assertThat(rotated.from()).isEqualTo(first.current().toString());
                assertThat(rotated.reason()).isEqualTo("once a year");
                assertThat(KeyHistory.of(
                                        keys.current().name(),
                                        first.current(),
                                        List.of(SignedNote.parse(rotated.note())))
                                .current())
                        .isEqualTo(keys.current());
            });
            assertThat(log.keys.unrecorded()).isEmpty();
            assertThat(log.check().findings()).isEmpty();
        }
    }

    @Test
    void everyCheckpointReachesTheFileAndTheEndpoint() throws Exception {
        List<String> posted = new CopyOnWriteArrayList<>();
        AtomicInteger refusing = new AtomicInteger(2);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keep", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean refused = refusing.getAndDecrement() > 0;
            if (!refused && "Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                posted.add(body);
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        Path file = folder.resolve("checkpoints");
        try (SealedLog log = SealedLog.fresh();
                CheckpointLog toFile = new CheckpointLog(file);
                CheckpointEndpoint toServer = new CheckpointEndpoint(
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/keep?k=v", "secret")) {
            assertThat(toServer.name()).doesNotContain("k=v").doesNotContain("secret");
            Sealer sealer = log.sealer(LONG);
            Publisher publisher = new Publisher(List.of(toFile, toServer), log.checkpoints, log.tree, log.pool, sealer);
            sealer.start();
            publisher.start();
            try {
                for (int i = 0; i < 3; i++) {
                    log.append(10);
                    long head = log.raw.head();
                    SealedLog.await(() -> log.tree.size() == head);
                    log.checkpoints.make();
                }
                SealedLog.await(
                        () -> posted.size() >= log.checkpoints.below(100, 100).size()
                                && read(file).size() == posted.size());
            } finally {
                publisher.stop();
                sealer.stop();
            }
            assertThat(read(file)).map(SignedNote::toString).containsExactlyElementsOf(posted);
            assertThat(read(file))
                    .allSatisfy(note ->
                            assertThat(log.keys.history().verified(note)).isPresent());
            assertThat(log.check(read(file).toArray(SignedNote[]::new)).findings())
                    .isEmpty();
            assertThat(log.value("SELECT count(*) FROM ledger.publication WHERE failure IS NULL AND size = 30"))
                    .isEqualTo("2");
        } finally {
            server.stop(0);
        }
    }

    private static List<SignedNote> read(Path file) {
        try {
            return Files.exists(file)
                    ? CheckpointFile.parse(Files.readString(file)).notes()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aWriteThatWasCutOffSpoilsNothing() throws Exception {
        Path file = folder.resolve("torn");
        try (SealedLog log = SealedLog.fresh();
                CheckpointLog place = new CheckpointLog(file)) {
            log.append(3);
            SignedNote one = SignedNote.parse(log.seal().note());
            log.append(3);
            SignedNote two = SignedNote.parse(log.seal().note());
            place.publish(one);
            for (int cut :
                    new int[] {1, 30, one.text().length() + 1, one.toString().length() - 3}) {
                Files.writeString(file, one.toString().substring(0, cut), StandardOpenOption.APPEND);
                place.publish(two);
                assertThat(place.last()).contains(two);
            }
            CheckpointFile read = CheckpointFile.parse(Files.readString(file));
            assertThat(read.notes()).containsExactly(one, two, two, two, two);
            assertThat(read.unreadable()).isEqualTo(4);
        }
    }

    @Test
    void aPlaceThatHasSeenMoreGetsNothingAndSaysWhy() throws Exception {
        Path file = folder.resolve("witness");
        try (SealedLog log = SealedLog.fresh();
                CheckpointLog place = new CheckpointLog(file)) {
            log.append(10);
            log.seal();
            place.publish(new Checkpoint("hindsight/test", 50, Hash.OF_EMPTY_TREE).sign(log.keys.current()));
            assertThat(failure(log, place)).contains("over 50 events, the ledger has 10", "rolled back");
        }
        Path other = folder.resolve("other");
        try (SealedLog log = SealedLog.fresh();
                CheckpointLog place = new CheckpointLog(other)) {
            log.append(10);
            log.seal();
            place.publish(new Checkpoint("hindsight/test", 5, Hash.OF_EMPTY_TREE).sign(log.keys.current()));
            assertThat(failure(log, place)).contains("first 5 events are not those");
            assertThat(read(other)).hasSize(1);
        }
    }

    private static String failure(SealedLog log, CheckpointPlace place) throws SQLException {
        Sealer sealer = log.sealer(LONG);
        Publisher publisher = new Publisher(List.of(place), log.checkpoints, log.tree, log.pool, sealer);
        sealer.start();
        publisher.start();
        try {
            SealedLog.await(() -> {
                try {
                    return "1".equals(log.value("SELECT count(*) FROM ledger.publication WHERE failure IS NOT NULL"));
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            return Objects.requireNonNull(log.value("SELECT failure FROM ledger.publication"));
        } finally {
            publisher.stop();
            sealer.stop();
        }
    }

    @Test
    void endpointsAreReachedInTheOpenOnThisMachineOnly() {
        for (String wrong : List.of("http://example.org/x", "ftp://127.0.0.1/x", "example.org", "https:///x", ":")) {
            assertThatThrownBy(() -> CheckpointEndpoint.checked(wrong, "the property"))
                    .as(wrong)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the property must be an https address");
        }
        for (String right :
                List.of("https://example.org/x", "http://127.0.0.1:8/x", "http://[::1]:8/", "http://localhost/")) {
            assertThat(CheckpointEndpoint.checked(right, "the property")).hasToString(right);
        }
    }
}
