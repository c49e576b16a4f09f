package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.installation.Installation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/**
 * While people work and read models are rebuilt, at random moments: the application is killed, PostgreSQL is stopped
 * without a word, database sessions are ended. After each of it nothing acknowledged is missing, nothing is there twice,
 * positions are dense, what was stored before is unchanged, its signed tree goes on, and read models are what the log says. The long form:
 * {@code ./mvnw -P drills -pl ops -am test -Dtest=CrashDrillTest -Dsurefire.failIfNoSpecifiedTests=false}, with
 * {@code -Ddrill.cycles=200} and {@code -Dhindsight.seed=N} to repeat one.
 */
class CrashDrillTest {

    private static final String HEAP = "512m";
    private static final int TICKETS = 120;
    private static final int KNOWN = 20;
    private static final int PER_SECOND = 20;
    private static final int CYCLES_OF_A_ROUND = 20;
    private static final int WAIT_AT_MOST_MILLIS = 2_000;
    private static final int SESSIONS_AT_MOST = 12;

    /** Within it after a blow everything answers as ever. */
    private static final Duration RECOVERY = Duration.ofSeconds(4);

    @TempDir
    Path data;

    private final Map<Blow, Integer> blows = new EnumMap<>(Blow.class);
    private Random random = new Random(0);
    private long seed;

    private enum Blow {
        APPLICATION_KILLED,
        POSTGRES_STOPPED,
        SESSIONS_ENDED
    }

    @Test
    void inShort() throws Exception {
        drill(3);
    }

    @Test
    @Tag("drill") // three quarters of an hour
    void atLength() throws Exception {
        drill(Integer.getInteger("drill.cycles", 200));
    }

    private void drill(int cycles) throws Exception {
        seed = Long.getLong("hindsight.seed", System.nanoTime());
        random = new Random(seed);
        System.out.println("Seed of the crashes: " + seed);
        try (Installation installation = Installation.start(data)) {
            JdbcTemplate jdbc = new JdbcTemplate(installation.postgres().dataSource("hindsight"));
            Map<String, String> environment = ServerProcess.on(installation);
            ServerProcess server =
                    ServerProcess.start(data, HEAP, environment, "demo", "--tickets", Integer.toString(TICKETS));
            try {
                for (int done = 0; done < cycles; done += CYCLES_OF_A_ROUND) {
                    server = round(Math.min(CYCLES_OF_A_ROUND, cycles - done), server, installation, jdbc, environment);
                    System.out.println("Blows: " + blows + ", head " + new StoredLog(jdbc).head());
                }
            } finally {
                server.close();
            }
        }
    }

    /** Some blows under one team's work, which then ends and finds everything. */
    private ServerProcess round(
            int cycles,
            ServerProcess first,
            Installation installation,
            JdbcTemplate jdbc,
            Map<String, String> environment)
            throws Exception {
        ServerProcess server = first;
        StoredLog log = new StoredLog(jdbc);
        try (LiveTraffic traffic = new LiveTraffic(data)) {
            traffic.to(server.url());
            ReadModelOperator models = new ReadModelOperator(traffic.operator(), Duration.ofMinutes(3));
            Journey.eventually(
                    Duration.ofMinutes(2), () -> imported(jdbc) == TICKETS); // at the first start the demo fills it
            models.awaitLevel();
            List<String> untouched = jdbc.queryForList(
                    "SELECT substr(stream, 8) FROM log.event WHERE name = 'ticket.imported' ORDER BY stream LIMIT "
                            + KNOWN,
                    String.class);
            traffic.begin(untouched, TICKETS, 0, PER_SECOND, PER_SECOND);
            traffic.awaitMore(PER_SECOND);
            for (int i = 0; i < cycles; i++) {
                long head = log.head();
                String before = log.digest(head);
                Checkpoint signed = checkpoint(traffic);
                if (random.nextBoolean()) {
                    rebuildAll(traffic);
                }
                LockSupport.parkNanos(
                        Duration.ofMillis(random.nextInt(WAIT_AT_MOST_MILLIS)).toNanos());
                Blow blow = Blow.values()[random.nextInt(Blow.values().length)];
                server = strike(blow, server, installation, jdbc, environment, traffic);
                traffic.awaitMore(PER_SECOND / 2);
                log.assertThatPositionsAreDense();
                assertThat(log.digest(head))
                        .as("what was stored before %s, seed %d", blow, seed)
                        .isEqualTo(before);
                assertThatTheTreeGoesOn(signed, checkpoint(traffic), traffic);
            }
            traffic.end();
            log.assertThatEveryEventHasItsPlace();
            traffic.assertThatAllIsThere(jdbc);
            awaitJobs(traffic);
            models.assertThatAllAreClean();
            System.out.println(traffic);
        }
        return server;
    }

    private ServerProcess strike(
            Blow blow,
            ServerProcess server,
            Installation installation,
            JdbcTemplate jdbc,
            Map<String, String> environment,
            LiveTraffic traffic)
            throws Exception {
        blows.merge(blow, 1, Integer::sum);
        if (blow == Blow.APPLICATION_KILLED) {
            traffic.away();
            server.kill();
            ServerProcess next = ServerProcess.start(data, HEAP, environment);
            traffic.to(next.url());
            return next;
        }
        traffic.unwell(true);
        if (blow == Blow.POSTGRES_STOPPED) {
            installation.postgres().stopImmediate();
            LockSupport.parkNanos(
                    Duration.ofMillis(random.nextInt(WAIT_AT_MOST_MILLIS)).toNanos());
            installation.postgres().restart();
        } else {
            jdbc.queryForList(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
                            + " WHERE usename = 'hindsight_app' ORDER BY md5(pid::text || ?) LIMIT ?) chosen",
                    Long.toString(random.nextLong()),
                    1 + random.nextInt(SESSIONS_AT_MOST));
        }
        LockSupport.parkNanos(RECOVERY.toNanos());
        traffic.unwell(false);
        return server;
    }

    private static int imported(JdbcTemplate jdbc) {
        Integer imported =
                jdbc.queryForObject("SELECT count(*) FROM log.event WHERE name = 'ticket.imported'", Integer.class);
        return imported == null ? 0 : imported;
    }

    /** Signed now; whoever seals may have to connect again first. */
    private static Checkpoint checkpoint(LiveTraffic traffic) {
        AtomicReference<Answer> made = new AtomicReference<>();
        Journey.eventually(Duration.ofMinutes(1), () -> {
            Answer answer = traffic.operator().post("/api/v1/audit/checkpoints", null);
            made.set(answer);
            return answer.status() < 300;
        });
        return Checkpoint.of(SignedNote.parse(
                Objects.requireNonNull(made.get()).body().path("checkpoint").asString()));
    }

    private void assertThatTheTreeGoesOn(Checkpoint before, Checkpoint now, LiveTraffic traffic) {
        Answer proof =
                traffic.operator().get("/api/v1/audit/proofs/consistency?from=" + before.size() + "&to=" + now.size());
        List<Hash> hashes = proof.body()
                .path("hashes")
                .valueStream()
                .map(hash -> Hash.ofBase64(hash.asString()))
                .toList();
        assertThat(MerkleTree.consistent(before.size(), before.root(), now.size(), now.root(), hashes))
                .as("the tree from %d to %d, seed %d", before.size(), now.size(), seed)
                .isTrue();
    }

    /** Unless jobs of an earlier order still run: those go on. */
    private static void rebuildAll(LiveTraffic traffic) {
        Answer answer = traffic.operator().post("/ops/v1/rebuilds", "{\"maxRate\":500}");
        assertThat(answer.status()).as(answer.raw().body()).isIn(202, 409);
    }

    /** All that was ordered ends well, however often it was cut off. */
    private static void awaitJobs(LiveTraffic traffic) {
        List<String> ill = List.of("FAILED", "VERIFICATION_FAILED");
        List<JsonNode> jobs = new ArrayList<>();
        Journey.eventually(Duration.ofMinutes(3), () -> {
            jobs.clear();
            traffic.operator()
                    .get("/ops/v1/jobs?limit=200")
                    .body()
                    .path("items")
                    .forEach(jobs::add);
            return jobs.stream()
                    .allMatch(job -> !job.path("endedAt").isNull()
                            || ill.contains(job.path("state").asString()));
        });
        assertThat(jobs).extracting(job -> job.path("state").asString()).doesNotContainAnyElementsOf(ill);
    }
}
