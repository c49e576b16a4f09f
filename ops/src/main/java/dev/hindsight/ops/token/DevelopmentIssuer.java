package dev.hindsight.ops.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.hindsight.domain.people.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The issuer of tokens for development and demo: an RSA key pair (2048 bits, RS256) in one file of the installation,
 * readable by its owner alone. Never used where an issuer is configured.
 */
public final class DevelopmentIssuer {

    public static final String ISSUER = "urn:hindsight:development";
    private static final String FILE = "development-issuer.jwk";

    private final RSAKey key;

    private DevelopmentIssuer(RSAKey key) {
        this.key = key;
    }

    /**
     * The issuer of the installation under a folder; its key is made at the first call.
     *
     * @throws UncheckedIOException when the file can't be read or written
     * @throws IllegalStateException when the file is there but is no key
     */
    public static DevelopmentIssuer of(Path data) {
        Path file = data.resolve(FILE);
        try {
            Files.createDirectories(data);
            if (!Files.exists(file)) {
                create(file);
            }
            return new DevelopmentIssuer(RSAKey.parse(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException(
                    file + " is not a key: remove it and start again; tokens issued before are void then", e);
        }
    }

    /** Whether the installation under a folder has an issuer of its own. */
    public static boolean isIn(Path data) {
        return Files.exists(data.resolve(FILE));
    }

    private static void create(Path file) throws IOException, JOSEException {
        RSAKey made = new RSAKeyGenerator(2048)
                .keyID(UUID.randomUUID().toString())
                .algorithm(JWSAlgorithm.RS256)
                .generate();
        Path half = Files.createTempFile(
                file.getParent(),
                FILE,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(half, made.toJSONString());
        try {
            Files.createLink(file, half); // unlike a move, refuses to replace another starter's key
        } catch (FileAlreadyExistsException e) {
            // somebody else was first: theirs is the key
        } finally {
            Files.delete(half);
        }
    }

    public RSAPublicKey publicKey() {
        try {
            return key.toRSAPublicKey();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param user the subject; an e-mail address also becomes the verified {@code email} claim
     * @param name shown to people; the user where null
     */
    public String issue(Set<Role> roles, String user, @Nullable String name, Instant now, Duration life) {
        List<String> claimed = roles.stream()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .sorted()
                .toList();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(user)
                .claim("roles", claimed)
                .claim("name", name == null ? user : name)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(life)));
        if (user.contains("@")) {
            claims.claim("email", user).claim("email_verified", true);
        }
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims.build());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
