package dev.hindsight.ops.edge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Remembers tokens whose signature was found good, for a minute: a client sends the same one with every request, and
 * checking the signature costs more than most reads. Expiry, issuer and audience are checked every time; a key that the
 * issuer withdraws stops working within the minute. Tokens that were refused are not remembered. Safe for concurrent
 * use.
 */
public final class RememberedTokens implements JwtDecoder {

    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int MOST = 10_000;

    private final JwtDecoder decoder;
    private final OAuth2TokenValidator<Jwt> validator;
    private final Cache<String, Jwt> good =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(REMEMBERED).build();

    /**
     * @param decoder checks everything, the validator's conditions too
     * @param validator what is checked of a remembered token
     */
    RememberedTokens(JwtDecoder decoder, OAuth2TokenValidator<Jwt> validator) {
        this.decoder = decoder;
        this.validator = validator;
    }

    /** Nothing of any token is remembered: they hold names and addresses. */
    public void forget() {
        good.invalidateAll();
    }

    @Override
    public Jwt decode(String token) {
        Jwt known = good.getIfPresent(token);
        if (known != null && !validator.validate(known).hasErrors()) {
            return known;
        }
        Jwt jwt = decoder.decode(token); // says what is wrong with one that is no longer good
        good.put(token, jwt);
        return jwt;
    }
}
