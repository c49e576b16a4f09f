package dev.hindsight.command.attachments;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Which ticket may refer to which content: written before the content is stored, so that nothing lies in the store that
 * the ledger does not know. Whether the ticket does refer to it, the ticket's own events say. Safe for concurrent use;
 * takes part in the caller's transaction where there is one.
 */
public final class ContentLedger {

    /** Content that a ticket may refer to. */
    public record Line(String content, UUID ticket) {}

    private static final String EXPECT = """
            insert into command.attachment_content (content, ticket_id, look_at) values (?, ?, ?)
            on conflict (content, ticket_id) do update set look_at = excluded.look_at
            """;

    private final JdbcTemplate jdbc;
    private final Duration grace;

    /** @param grace how long content that nothing refers to is kept; longer than any upload takes */
    public ContentLedger(JdbcTemplate jdbc, Duration grace) {
        this.jdbc = jdbc;
        this.grace = grace;
    }

    /** The cleaner looks at this content when the grace has passed. */
    public void expect(String content, UUID ticket) {
        jdbc.update(EXPECT, bytes(content), ticket, Timestamp.from(Instant.now().plus(grace)));
    }

    /** Lines that are due, at most so many, the oldest first. */
    public List<Line> due(int limit) {
        return jdbc.query(
                "select content, ticket_id from command.attachment_content where look_at < ? order by look_at limit ?",
                (row, number) -> new Line(HexFormat.of().formatHex(row.getBytes(1)), row.getObject(2, UUID.class)),
                Timestamp.from(Instant.now()),
                limit);
    }

    /** The ticket does refer to it: nothing to look at until it is taken away. */
    public void settle(Line line) {
        jdbc.update(
                "update command.attachment_content set look_at = null where content = ? and ticket_id = ?",
                bytes(line.content()),
                line.ticket());
    }

    /** Whether any other ticket may refer to this content. */
    public boolean shared(Line line) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "select exists (select from command.attachment_content where content = ? and ticket_id <> ?)",
                Boolean.class,
                bytes(line.content()),
                line.ticket()));
    }

    /** The ticket does not refer to it. */
    public void strike(Line line) {
        jdbc.update(
                "delete from command.attachment_content where content = ? and ticket_id = ?",
                bytes(line.content()),
                line.ticket());
    }

    private static byte[] bytes(String content) {
        return HexFormat.of().parseHex(content);
    }
}
