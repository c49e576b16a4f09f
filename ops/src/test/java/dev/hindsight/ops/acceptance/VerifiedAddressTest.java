package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A requester owns the tickets whose requester's id or verified e-mail is theirs, whichever the token told first. */
class VerifiedAddressTest {

    private static final String TICKETS = "/api/v1/tickets";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final String subject = "sub-" + UUID.randomUUID();
    private final String email = UUID.randomUUID() + "@example.org";

    @Test
    void ticketsOfAnAddressAreSeenAndWorkedOnceItIsVerified() throws Exception {
        Person before = bearer(null, false);
        Answer own = before.post(TICKETS, "{\"subject\":\"My chair\"}");
        assertThat(own.status()).isEqualTo(201);
        Answer named = agent.post(
                TICKETS, "{\"subject\":\"Their lamp\",\"requester\":{\"email\":\"" + email + "\",\"name\":\"Lee\"}}");
        String lamp = TICKETS + "/" + named.id() + "?minPosition=" + app.after(named);
        assertThat(before.get(lamp).status()).isEqualTo(404);

        Person unverified = bearer(email, false);
        assertThat(unverified.get(lamp).status()).isEqualTo(404);
        assertThat(total(unverified.get(TICKETS))).isEqualTo(1);

        Person verified = bearer(email, true);
        assertThat(verified.get(lamp).status()).isEqualTo(200);
        assertThat(verified.get(TICKETS + "/" + named.id() + "/timeline").status())
                .isEqualTo(200);
        assertThat(total(verified.get(TICKETS))).isEqualTo(2);
        Journey.eventually(Duration.ofSeconds(20), () -> total(verified.get("/api/v1/search?q=their%20lamp")) == 1);
        assertThat(total(before.get("/api/v1/search?q=their%20lamp"))).isZero();
        Answer reply = verified.post(TICKETS + "/" + named.id() + "/replies", "{\"body\":\"It flickers.\"}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body().path("followUpOf").isMissingNode()
                        || reply.body().path("followUpOf").isNull())
                .isTrue();

        Person stranger = app.as(Role.REQUESTER, "mallory@example.org");
        assertThat(stranger.get(lamp).status()).isEqualTo(404);
        assertThat(stranger.post(TICKETS + "/" + named.id() + "/replies", "{\"body\":\"?\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anAddressVerifiedLaterIsThePersonsOwnFromThen() throws Exception {
        String me = bearer(null, false).get("/api/v1/people/me").id();
        Person verified = bearer(email, true);
        assertThat(verified.get("/api/v1/people/me").id()).isEqualTo(me);
        Journey.eventually(
                Duration.ofSeconds(10),
                () -> verified.get("/api/v1/people/me")
                        .body()
                        .path("email")
                        .asString("")
                        .equals(email));
        Answer named = agent.post(TICKETS, "{\"subject\":\"A desk\",\"requester\":{\"email\":\"" + email + "\"}}");
        assertThat(agent.get(TICKETS + "/" + named.id() + "?minPosition=" + app.after(named))
                        .body()
                        .path("requester")
                        .path("id")
                        .asString())
                .isEqualTo(me);
    }

    private static long total(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("total").asLong();
    }

    private Person bearer(@Nullable String address, boolean verified) throws Exception {
        RSAKey key = RSAKey.parse(Files.readString(app.data().resolve("development-issuer.jwk")));
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(DevelopmentIssuer.ISSUER)
                .subject(subject)
                .claim("roles", List.of("requester"))
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))));
        if (address != null) {
            claims.claim("email", address).claim("email_verified", verified);
        }
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims.build());
        token.sign(new RSASSASigner(key));
        return app.withToken(token.serialize());
    }
}
