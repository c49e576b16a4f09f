package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.embedded.EmbeddedOpenSearch;
import dev.hindsight.projections.readmodel.Grants;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SearchBadDaysTest {

    private static final SearchScope AGENT =
            SearchScope.of(Grants.NONE, new Caller(UUID.randomUUID(), Set.of(Role.AGENT), null));

    private static EmbeddedOpenSearch node;
    private static SearchStage stage;
    private static IndexSearch search;

    @BeforeAll
    static void start() {
        node = EmbeddedOpenSearch.start(EmbeddedOpenSearch.Options.temporary());
        stage = new SearchStage(node.uri());
        search = new IndexSearch(stage.connection, stage.index);
    }

    @AfterAll
    static void close() throws Exception {
        stage.close();
        node.close();
    }

    @Test
    void a_killed_search_says_so_and_catches_up_by_itself() {
        stage.ticket("walrus before").save();
        stage.awaitFindable();

        node.kill();
        assertSearchIsUnavailable();
        stage.ticket("walrus meanwhile").save();

        assertThat(stage.eventually(() -> stage.state().startsWith("WAITING"))).isTrue();

        node.restart();
        stage.awaitFindable();
        assertThat(stage.eventually(() -> stage.state().equals("LIVE"))).isTrue();
        assertThat(found("walrus")).isEqualTo(2);
        assertThat(stage.follower.status().failingSince()).isNull();
    }

    @Test
    void a_frozen_search_costs_seconds_and_catches_up_by_itself() {
        stage.ticket("heron before").save();
        stage.awaitFindable();

        node.suspend();
        try {
            long start = System.nanoTime();
            assertSearchIsUnavailable();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
            stage.ticket("heron meanwhile").save();
        } finally {
            node.resume();
        }
        stage.awaitFindable();
        assertThat(found("heron")).isEqualTo(2);
    }

    @Test
    void an_index_that_was_lost_is_filled_anew() throws IOException {
        var ticket = stage.ticket("pelican").save();
        stage.awaitFindable();

        stage.connection.patient().indices().delete(delete -> delete.index(stage.index.name(1)));
        assertSearchIsUnavailable();

        ticket.subject("pelican again").save();
        stage.awaitFindable();
        assertThat(found("pelican")).isEqualTo(1);
    }

    private static void assertSearchIsUnavailable() {
        assertThatThrownBy(() -> found("anything")).isInstanceOfSatisfying(Unavailable.class, unavailable -> {
            assertThat(unavailable.code()).isEqualTo("SEARCH_UNAVAILABLE");
            assertThat(unavailable.retryAfterSeconds()).isPositive();
        });
    }

    private static long found(String words) {
        return search.search(AGENT, SearchQueryParser.parse(words), 1, 50, null, false)
                .total();
    }
}
