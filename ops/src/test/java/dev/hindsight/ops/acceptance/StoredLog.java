package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The log as it lies in PostgreSQL, read beside the application. */
final class StoredLog {

    /** In one snapshot, since records of who looked may come at any time. */
    private static final String EVERY_EVENT_HAS_ONE_PLACE = """
            SELECT NOT EXISTS (SELECT FROM log.event e WHERE NOT EXISTS
                    (SELECT FROM log.placed_event p WHERE p.stream = e.stream AND p.version = e.version))
                AND (SELECT count(*) FROM log.event)
                    = (SELECT coalesce(max(first_position + events - 1), 0) FROM log.placement)""";

    private final JdbcTemplate jdbc;

    /** @param jdbc with the right to read it all */
    StoredLog(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The last position; 0 where there is none. */
    long head() {
        Long head = jdbc.queryForObject("SELECT max(first_position + events - 1) FROM log.placement", Long.class);
        return head == null ? 0 : head;
    }

    /** No position is missing or given twice; also while others write. */
    void assertThatPositionsAreDense() {
        Long holes = jdbc.queryForObject("""
                SELECT count(*) FROM (
                    SELECT first_position, lag(first_position + events, 1, 1::bigint) OVER (ORDER BY first_position) AS due
                    FROM log.placement) p
                WHERE first_position <> due""", Long.class);
        assertThat(holes).isZero();
    }

    /** Waits for the sequencer; then every event has its position. For when no client writes. */
    void assertThatEveryEventHasItsPlace() {
        Journey.eventually(
                Duration.ofSeconds(30),
                () -> Boolean.TRUE.equals(jdbc.queryForObject(EVERY_EVENT_HAS_ONE_PLACE, Boolean.class)));
        assertThatPositionsAreDense();
    }

    /** Of all that is stored of the events up to a position, in order. */
    String digest(long upTo) {
        return String.valueOf(jdbc.queryForObject("""
                SELECT encode(sha256(string_agg(sha256(convert_to(concat_ws(' ', position, stream, version, event_id, name,
                    revision, occurred_at, recorded_at), 'UTF8') || metadata || payload), '' ORDER BY position)), 'hex')
                FROM log.placed_event WHERE position <= ?""", String.class, upTo));
    }
}
