package dev.hindsight.query;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Grants;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is granted is what is seen: by SQL, by a ticket at hand, and by the lists. */
class VisibilityTest {

    private static final UUID ANA = new UUID(1, 1);
    private static final UUID LEE = new UUID(1, 2);
    private static final UUID ACME = new UUID(2, 1);

    private static ReadModelRows rows;
    private static Web web;

    @BeforeAll
    static void start() {
        rows = new ReadModelRows();
        web = new Web(rows);
        var random = new Random(5);
        String[] queues = {null, "open", "hr", "law"};
        UUID[] requesters = {null, LEE, new UUID(1, 3)};
        UUID[] organizations = {null, ACME, new UUID(2, 2)};
        for (int i = 0; i < 150; i++) {
            rows.ticket(row -> {
                row.setQueue(queues[random.nextInt(queues.length)]);
                row.setRequester(requesters[random.nextInt(requesters.length)]);
                row.setOrganization(organizations[random.nextInt(organizations.length)]);
            });
        }
    }

    @AfterEach
    void forget() {
        rows.grants.forgetAll();
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    private static Visibility of(UUID person, Role role) {
        Caller caller = Web.caller(person, role);
        return rows.models.read(
                new Grants.Holder(person, caller.requesters()), snapshot -> Visibility.of(snapshot, caller));
    }

    /** The numbers that are seen: the same by SQL, at hand and in the list. */
    private static Set<Long> seen(UUID person, Role role) {
        Visibility visibility = of(person, role);
        Set<Long> bySql = rows.jooq
                .select(TICKET.NUMBER)
                .from(TICKET)
                .where(visibility.of(TICKET))
                .fetchSet(TICKET.NUMBER);
        Set<Long> atHand = rows.jooq.selectFrom(TICKET).fetch().stream()
                .filter(row -> visibility.sees(row.getQueue(), row.getRequester(), row.getOrganization()))
                .map(row -> row.getNumber())
                .collect(Collectors.toSet());
        assertThat(bySql).isEqualTo(atHand);
        var list = web.get(Web.caller(person, role), "/tickets", "limit", "200").body();
        assertThat(list.path("total").asInt()).isEqualTo(atHand.size());
        assertThat(list.path("items").size()).isEqualTo(atHand.size());
        return atHand;
    }

    /** @param queues {@code none} for tickets without one */
    private static Set<Long> inQueues(List<String> queues) {
        return rows.jooq.selectFrom(TICKET).fetch().stream()
                .filter(row -> queues.contains(row.getQueue() == null ? "none" : row.getQueue()))
                .map(row -> row.getNumber())
                .collect(Collectors.toSet());
    }

    @Test
    void what_is_restricted_is_seen_by_grant_of_ones_own_or_of_a_team() {
        var open = new ArrayList<>(List.of("none", "open", "hr", "law"));
        assertThat(of(ANA, Role.AGENT)).isEqualTo(Visibility.EVERYTHING);
        assertThat(seen(ANA, Role.AGENT)).isEqualTo(inQueues(open));

        rows.grants.restrict("hr");
        rows.grants.restrict("law");
        open.removeAll(List.of("hr", "law"));
        assertThat(seen(ANA, Role.SUPERVISOR)).isEqualTo(inQueues(open));
        rows.grants.grant("hr", ANA);
        open.add("hr");
        assertThat(seen(ANA, Role.AGENT)).isEqualTo(inQueues(open));
        assertThat(seen(LEE, Role.AGENT)).doesNotContainAnyElementsOf(inQueues(List.of("hr")));
        rows.grants.grant("law", "lawyers");
        assertThat(seen(ANA, Role.AGENT)).isEqualTo(inQueues(open));
        rows.grants.join("lawyers", ANA);
        assertThat(of(ANA, Role.AGENT)).isEqualTo(Visibility.EVERYTHING);
        rows.grants.revoke("law", "lawyers");
        assertThat(seen(ANA, Role.AGENT)).isEqualTo(inQueues(open));
        assertThat(of(LEE, Role.AUDITOR)).isEqualTo(Visibility.EVERYTHING);
    }

    @Test
    void clients_and_admins_see_what_was_granted_alone() {
        for (Role role : List.of(Role.CLIENT, Role.ADMIN)) {
            assertThatThrownBy(() -> of(ANA, role)).isInstanceOf(Forbidden.class);
        }
        rows.grants.grant("open", ANA);
        for (Role role : List.of(Role.CLIENT, Role.ADMIN)) {
            assertThat(seen(ANA, role)).isEqualTo(inQueues(List.of("open"))).isNotEmpty();
            assertThat(of(ANA, role).internal()).isTrue();
        }
        assertThatThrownBy(() -> of(ANA, Role.OPERATOR)).isInstanceOf(Forbidden.class);
    }

    @Test
    void requesters_see_their_own_and_what_their_organization_shares() {
        Set<Long> own = seen(LEE, Role.REQUESTER);
        rows.grants.share(ACME, LEE);
        Set<Long> shared = seen(LEE, Role.REQUESTER);

        assertThat(shared).containsAll(own).hasSizeGreaterThan(own.size());
        assertThat(of(LEE, Role.REQUESTER).internal()).isFalse();
        assertThat(seen(ANA, Role.REQUESTER)).isEmpty();
        rows.grants.grant("open", LEE);
        assertThat(seen(LEE, Role.REQUESTER)).isEqualTo(shared);
    }

    @Test
    void who_is_also_a_requester_sees_no_notes_by_a_grant() {
        rows.grants.grant("open", LEE);
        Visibility requester = of(LEE, Role.REQUESTER);
        for (Role other : List.of(Role.CLIENT, Role.ADMIN)) {
            var both = new Caller(LEE, Set.of(other, Role.REQUESTER), null);
            Visibility seen = rows.models.read(
                    new Grants.Holder(LEE, both.requesters()), snapshot -> Visibility.of(snapshot, both));
            assertThat(seen).isEqualTo(requester);
            assertThat(seen.internal()).isFalse();
        }
    }

    @Test
    void me_is_also_who_is_known_by_the_same_address() {
        var both = new Caller(ANA, LEE, Set.of(Role.REQUESTER), null);
        long own = rows.jooq.fetchCount(TICKET, TICKET.REQUESTER.eq(LEE));
        assertThat(own).isPositive();
        var list = web.get(both, "/tickets", "requester", "me").body();
        assertThat(list.path("total").asLong()).isEqualTo(own);
    }

    @Test
    void rights_are_only_asked_of_a_snapshot_that_was_opened_for_somebody() {
        assertThatThrownBy(() -> rows.models.read(snapshot -> Visibility.of(snapshot, Web.caller(ANA, Role.AGENT))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("opened for nobody");
    }
}
