package dev.hindsight.ops.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Time stamps of an authority of our own that answers over HTTP. */
class TimestampTest {

    private static final String NOTE = new Checkpoint("hindsight/test", 7, Hash.OF_EMPTY_TREE)
            .sign(SigningKey.generate("hindsight/test"))
            .toString();

    @Test
    void aTokenSaysWhenTheCheckpointWasThere() throws Exception {
        try (LocalAuthority local = LocalAuthority.start();
                TimestampAuthority authority = new TimestampAuthority(local.address())) {
            Instant before = Instant.now().minusSeconds(2);
            TimestampToken token = authority.stamp(NOTE);
            assertThat(token.at()).isBetween(before, Instant.now().plusSeconds(2));
            TimestampToken read = TimestampToken.of(token.der(), NOTE);
            assertThat(read.at()).isEqualTo(token.at());
            assertThat(read.der()).isEqualTo(token.der());
        }
    }

    @Test
    void aTokenOverSomethingElseIsRefused() throws Exception {
        try (LocalAuthority local = LocalAuthority.start();
                TimestampAuthority authority = new TimestampAuthority(local.address())) {
            TimestampToken token = authority.stamp(NOTE);
            assertThatThrownBy(() -> TimestampToken.of(token.der(), NOTE + "\n"))
                    .isInstanceOf(TimestampToken.Refused.class)
                    .hasMessageContaining("not over the SHA-256 of this checkpoint");
        }
    }

    @Test
    void aChangedTokenIsRefused() throws Exception {
        try (LocalAuthority local = LocalAuthority.start();
                TimestampAuthority authority = new TimestampAuthority(local.address())) {
            byte[] changed = authority.stamp(NOTE).der();
            changed[changed.length - 10] ^= 1; // in the signature
            assertThatThrownBy(() -> TimestampToken.of(changed, NOTE)).isInstanceOf(TimestampToken.Refused.class);
            assertThatThrownBy(() -> TimestampToken.of(new byte[] {1, 2, 3}, NOTE))
                    .isInstanceOf(TimestampToken.Refused.class);
        }
    }

    @Test
    void anAuthorityThatRepeatsAnOldAnswerIsNotBelieved() throws Exception {
        try (LocalAuthority local = LocalAuthority.start();
                TimestampAuthority authority = new TimestampAuthority(local.address())) {
            authority.stamp(NOTE);
            local.repeat();
            assertThatThrownBy(() -> authority.stamp(NOTE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not right");
        }
    }

    @Test
    void theNewestCheckpointIsStamped() throws Exception {
        try (LocalAuthority local = LocalAuthority.start();
                SealedLog log = SealedLog.fresh()) {
            log.append(5);
            log.seal();
            Sealer sealer = log.sealer(Duration.ofHours(1));
            Timestamping stamping = new Timestamping(
                    log.checkpoints, sealer, new TimestampAuthority(local.address()), Duration.ofMillis(50));
            sealer.start();
            stamping.start();
            try {
                SealedLog.await(() -> log.checkpoints.latest().orElseThrow().timestampToken() != null);
                assertThat(stamping.failure()).isNull();
            } finally {
                stamping.stop();
                sealer.stop();
            }
            StoredCheckpoint stamped = log.checkpoints.latest().orElseThrow();
            assertThat(TimestampToken.of(Objects.requireNonNull(stamped.timestampToken()), stamped.note())
                            .at())
                    .isEqualTo(stamped.timestampAt());
        }
    }

    @Test
    void anAuthorityThatIsAwayIsTold() throws Exception {
        try (SealedLog log = SealedLog.fresh()) {
            log.append(5);
            log.seal();
            Sealer sealer = log.sealer(Duration.ofHours(1));
            Timestamping stamping = new Timestamping(
                    log.checkpoints,
                    sealer,
                    new TimestampAuthority(URI.create("http://127.0.0.1:9/")),
                    Duration.ofMillis(50));
            sealer.start();
            stamping.start();
            try {
                SealedLog.await(() -> stamping.failure() != null);
            } finally {
                stamping.stop();
                sealer.stop();
            }
            assertThat(log.checkpoints.latest().orElseThrow().timestampToken()).isNull();
        }
    }
}
