package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.ledger.LocalAuthority;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What auditors get of the ledger over HTTP, verified as they would. */
class LedgerTest {

    private static final String AUDIT = "/api/v1/audit";

    private final RunningApplication app = RunningApplication.shared();
    private final Person auditor = app.as(Role.AUDITOR, "audrey@example.org");
    private final Person operator = app.as(Role.OPERATOR, "olga@example.org");
    private final Person agent = app.as(Role.AGENT, "ana@example.org");

    private long event() {
        return agent.post("/api/v1/tickets", "{\"subject\":\"for the ledger\"}").position();
    }

    private static Checkpoint verified(KeyHistory keys, JsonNode checkpoint) {
        SignedNote note = SignedNote.parse(checkpoint.path("checkpoint").asString());
        Checkpoint said = keys.verified(note).orElseThrow();
        assertThat(said.size()).isEqualTo(checkpoint.path("size").asLong());
        return said;
    }

    private KeyHistory keys() {
        JsonNode keys = auditor.get(AUDIT + "/keys").body();
        JsonNode items = keys.path("items");
        List<SignedNote> rotations = new ArrayList<>();
        for (int i = 1; i < items.size(); i++) {
            rotations.add(SignedNote.parse(items.path(i).path("rotation").asString()));
        }
        return KeyHistory.of(
                keys.path("origin").asString(),
                VerifierKey.parse(items.path(0).path("key").asString()),
                rotations);
    }

    private static List<Hash> hashes(JsonNode proof) {
        return proof.path("hashes")
                .valueStream()
                .map(hash -> Hash.ofBase64(hash.asString()))
                .toList();
    }

    @Test
    void anEventIsProvedToBeUnderASignedCheckpoint() {
        long position = event();
        Answer made = auditor.post(AUDIT + "/checkpoints", null);
        assertThat(made.status()).isIn(200, 201);
        Checkpoint checkpoint = verified(keys(), made.body());
        assertThat(checkpoint.size()).isGreaterThanOrEqualTo(position);
        JsonNode proof = auditor.get(AUDIT + "/proofs/inclusion?position=" + position + "&size=" + checkpoint.size())
                .body();
        assertThat(MerkleTree.includes(
                        Hash.ofBase64(proof.path("leafHash").asString()),
                        position - 1,
                        checkpoint.size(),
                        hashes(proof),
                        checkpoint.root()))
                .isTrue();
        assertThat(proof.path("rootHash").asString())
                .isEqualTo(checkpoint.root().base64());
    }

    @Test
    void aLaterCheckpointIsProvedToGoOnFromAnEarlierOne() {
        event();
        Checkpoint earlier =
                verified(keys(), auditor.post(AUDIT + "/checkpoints", null).body());
        long position = event();
        Answer made = auditor.post(AUDIT + "/checkpoints", null);
        Checkpoint later = verified(keys(), made.body());
        assertThat(later.size()).isGreaterThan(earlier.size()).isGreaterThanOrEqualTo(position);
        JsonNode proof = auditor.get(AUDIT + "/proofs/consistency?from=" + earlier.size() + "&to=" + later.size())
                .body();
        assertThat(MerkleTree.consistent(earlier.size(), earlier.root(), later.size(), later.root(), hashes(proof)))
                .isTrue();
        assertThat(Hash.ofBase64(proof.path("fromRootHash").asString())).isEqualTo(earlier.root());
        assertThat(Hash.ofBase64(proof.path("toRootHash").asString())).isEqualTo(later.root());
    }

    @Test
    void checkpointsAreListedPageByPage() {
        for (int i = 0; i < 3; i++) {
            event();
            auditor.post(AUDIT + "/checkpoints", null);
        }
        Answer first = auditor.get(AUDIT + "/checkpoints?limit=2");
        assertThat(first.body().path("items")).hasSize(2);
        String cursor = first.body().path("nextCursor").asString();
        JsonNode second =
                auditor.get(AUDIT + "/checkpoints?limit=2&cursor=" + cursor).body();
        assertThat(second.path("items").path(0).path("size").asLong())
                .isLessThan(first.body().path("items").path(1).path("size").asLong());
        assertThat(auditor.get(AUDIT + "/checkpoints?cursor=x" + cursor).code()).isEqualTo("INVALID_CURSOR");
        KeyHistory keys = keys();
        first.body().path("items").forEach(each -> verified(keys, each));
    }

    @Test
    void theLatestIsReadAsJsonOrAsTheBareNote() {
        event();
        auditor.post(AUDIT + "/checkpoints", null);
        Answer json = auditor.get(AUDIT + "/checkpoints/latest");
        assertThat(json.header("Content-Type")).startsWith("application/json");
        Answer text = auditor.call("GET", AUDIT + "/checkpoints/latest", null, "Accept", "text/plain");
        assertThat(text.header("Content-Type")).startsWith("text/plain");
        assertThat(keys().verified(SignedNote.parse(text.raw().body()))).isPresent();
    }

    @Test
    void whatIsBeyondTheLedgerIsSaidByName() {
        event();
        long size =
                auditor.post(AUDIT + "/checkpoints", null).body().path("size").asLong();
        long far = size + 1_000_000;
        for (String beyond : List.of(
                "/proofs/inclusion?position=" + far,
                "/proofs/inclusion?position=1&size=" + far,
                "/proofs/consistency?from=1&to=" + far,
                "/proofs/consistency?from=" + far)) {
            Answer answer = auditor.get(AUDIT + beyond);
            assertThat(answer.status()).as(beyond).isEqualTo(409);
            assertThat(answer.code()).as(beyond).isEqualTo("NOT_YET_SEALED");
        }
        for (String wrong : List.of(
                "/proofs/inclusion",
                "/proofs/inclusion?position=0",
                "/proofs/inclusion?position=-1",
                "/proofs/inclusion?position=2&size=1",
                "/proofs/inclusion?position=x",
                "/proofs/inclusion?position=1&size=1&more=2",
                "/proofs/consistency",
                "/proofs/consistency?from=2&to=1",
                "/checkpoints?limit=0")) {
            Answer answer = auditor.get(AUDIT + wrong);
            assertThat(answer.status()).as(wrong).isEqualTo(400);
            assertThat(answer.code()).as(wrong).isEqualTo("INVALID_REQUEST");
        }
    }

    @Test
    void anotherKeyTakesOverAndThatStandsInTheLog() {
        event();
        KeyHistory before = keys();
        Answer rotated = operator.post("/ops/v1/ledger/keys", "{\"reason\":\"rotation day\"}");
        assertThat(rotated.status()).isEqualTo(201);
        assertThat(rotated.body().path("toSize").isNull()).isTrue();
        KeyHistory after = keys();
        assertThat(after.current()).isNotEqualTo(before.current());
        assertThat(after.current()).hasToString(rotated.body().path("key").asString());
        event();
        Checkpoint checkpoint =
                verified(after, auditor.post(AUDIT + "/checkpoints", null).body());
        assertThat(checkpoint.size())
                .isGreaterThan(rotated.body().path("fromSize").asLong());
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> app.context().getBean(LedgerKeys.class).unrecorded().isEmpty());
        Person feed = app.as(Role.AUDITOR, "audrey@example.org");
        assertThat(feed.get("/api/v1/feed?after="
                                + (rotated.body().path("fromSize").asLong() - 1) + "&limit=200")
                        .raw()
                        .body())
                .contains("ledger.key-rotated", "rotation day");
    }

    @Test
    void aTimeStampBroughtFromElsewhereIsKept() throws Exception {
        event();
        JsonNode made = auditor.post(AUDIT + "/checkpoints", null).body();
        String note = made.path("checkpoint").asString();
        byte[] reply;
        try (LocalAuthority authority = LocalAuthority.start()) {
            TimeStampRequestGenerator request = new TimeStampRequestGenerator();
            request.setCertReq(true);
            reply = authority.stamp(request.generate(
                            TSPAlgorithms.SHA256,
                            Hash.sha256(note.getBytes(StandardCharsets.UTF_8)).bytes(),
                            new BigInteger(60, new SecureRandom()))
                    .getEncoded());
        }
        String path = AUDIT + "/checkpoints/" + made.path("size").asLong() + "/timestamp";
        assertThat(put(path, new byte[] {1, 2, 3})).isEqualTo(400);
        assertThat(put(path, reply)).isEqualTo(204);
        assertThat(put(path, reply)).isEqualTo(204);
        JsonNode stamped = auditor.get(AUDIT + "/checkpoints?limit=200")
                .body()
                .path("items")
                .valueStream()
                .filter(each -> each.path("size").asLong() == made.path("size").asLong())
                .findFirst()
                .orElseThrow();
        assertThat(Base64.getDecoder().decode(stamped.path("timestamp").asString()))
                .isNotEmpty();
        assertThat(Instant.parse(stamped.path("timestampAt").asString()))
                .isBetween(Instant.now().minusSeconds(120), Instant.now().plusSeconds(5));
    }

    private int put(String path, byte[] body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(app.url(path)))
                            .header("Authorization", "Bearer " + auditor.token())
                            .header("Content-Type", "application/timestamp-reply")
                            .PUT(BodyPublishers.ofByteArray(body))
                            .build(),
                    BodyHandlers.ofString());
            return answer.statusCode();
        }
    }

    @Test
    void noPrivateKeyIsAnywhereToBeRead() throws Exception {
        event();
        operator.post("/ops/v1/ledger/keys", null);
        byte[] seed = app.context().getBean(LedgerKeys.class).current().seed();
        assertThat(Objects.requireNonNull(auditor.get(AUDIT + "/keys").raw().body()))
                .doesNotContain(Base64.getEncoder().encodeToString(seed));
        var database = app.installation().postgres().dataSource("hindsight");
        try (var connection = database.getConnection();
                var find = connection.prepareStatement(
                        "SELECT count(*) FROM keys.signing_key WHERE position(? IN wrapped_key) > 0")) {
            find.setBytes(1, seed);
            try (var row = find.executeQuery()) {
                row.next();
                assertThat(row.getInt(1)).isZero();
            }
        }
    }
}
