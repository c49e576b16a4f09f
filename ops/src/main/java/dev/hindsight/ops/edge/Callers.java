package dev.hindsight.ops.edge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hindsight.command.people.People.Recognized;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;

/** Turns an accepted token into a {@link Caller}. Safe for concurrent use. */
public final class Callers {

    /** Registers people at their first token. */
    @FunctionalInterface
    public interface Registration {
        /**
         * @param verifiedEmail null unless the issuer says that it verified the address
         * @param worksTickets whether the token gives a role that works tickets, so that tickets may be assigned
         */
        Recognized personOf(
                String issuer,
                String subject,
                @Nullable String verifiedEmail,
                @Nullable String name,
                boolean worksTickets);
    }

    private record Identity(
            String issuer,
            String subject,
            @Nullable String email,
            @Nullable String name,
            boolean worksTickets) {}

    private final Registration registration;
    private final Cache<Identity, Recognized> known = Caffeine.newBuilder()
            .maximumSize(50_000)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    public Callers(Registration registration) {
        this.registration = registration;
    }

    /** Whoever comes with a token that led to this person is looked up again. */
    public void forget(UUID person) {
        known.asMap().values().removeIf(its -> its.person().equals(person) || person.equals(its.sameAddress()));
    }

    /** The roles that a token names; unknown words give none. */
    static Set<Role> roles(Jwt jwt) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        List<String> claimed = jwt.hasClaim("roles") ? jwt.getClaimAsStringList("roles") : List.of();
        if (claimed != null) {
            for (String word : claimed) {
                for (Role role : Role.values()) {
                    if (role.name().toLowerCase(Locale.ROOT).equals(word)) {
                        roles.add(role);
                    }
                }
            }
        }
        return roles;
    }

    Caller of(Jwt jwt) {
        Set<Role> roles = roles(jwt);
        boolean worksTickets = roles.contains(Role.AGENT) || roles.contains(Role.SUPERVISOR);
        boolean verified = Boolean.TRUE.equals(jwt.getClaim("email_verified"));
        Identity identity = new Identity(
                Objects.requireNonNull(jwt.getClaimAsString("iss"), "the decoder checked the issuer"),
                Objects.requireNonNull(jwt.getSubject(), "the decoder checked the subject"),
                verified ? jwt.getClaimAsString("email") : null,
                jwt.getClaimAsString("name"),
                worksTickets);
        Recognized recognized = known.get(
                identity,
                id -> registration.personOf(id.issuer(), id.subject(), id.email(), id.name(), id.worksTickets()));
        String client = jwt.getClaimAsString("client_id");
        return new Caller(
                recognized.person(),
                recognized.sameAddress(),
                roles,
                client == null ? jwt.getClaimAsString("azp") : client);
    }
}
