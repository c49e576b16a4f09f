package dev.hindsight.ops.edge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Person;
import dev.hindsight.ops.watch.ActiveUsers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.MDC;

/**
 * Tells log lines and meters who calls: the person's and the organization's ids, never more. Safe for concurrent use;
 * log lines may name an organization that somebody left a minute ago.
 */
final class WhoCalls {

    static final String USER = "userId";
    static final String ORGANIZATION = "organizationId";

    private final Function<UUID, Optional<Person>> people;
    private final ActiveUsers active;
    private final Cache<UUID, Optional<UUID>> organizations = Caffeine.newBuilder()
            .maximumSize(50_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    WhoCalls(Function<UUID, Optional<Person>> people, ActiveUsers active) {
        this.people = people;
        this.active = active;
    }

    /** From now on, in this thread, until {@link #forget}. */
    void is(Caller caller) {
        active.seen(caller.person());
        MDC.put(USER, caller.person().toString());
        Optional<UUID> organization = organizations.get(
                caller.person(), person -> people.apply(person).map(Person::organization));
        if (organization != null && organization.isPresent()) {
            MDC.put(ORGANIZATION, organization.get().toString());
        }
    }

    static void forget() {
        MDC.remove(USER);
        MDC.remove(ORGANIZATION);
    }
}
