package dev.hindsight.command.dispatch;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Numbers for people, unique over all nodes; holes are normal. Draws blocks from a sequence, so that most tickets cost
 * no round trip for it. Safe for concurrent use.
 */
public final class TicketNumbers {

    /** As the sequence's increment in the migration. */
    private static final int BLOCK = 10;

    private record Block(long next, long end) {}

    private final JdbcClient jdbc;
    private final AtomicReference<Block> current = new AtomicReference<>(new Block(0, 0));

    public TicketNumbers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public long next() {
        while (true) {
            Block block = requireNonNull(current.get(), "never set to null");
            if (block.next() < block.end()) {
                if (current.compareAndSet(block, new Block(block.next() + 1, block.end()))) {
                    return block.next();
                }
            } else {
                long first = jdbc.sql("select nextval('command.ticket_number_seq')")
                        .query(Long.class)
                        .single();
                // Whoever else drew a block meanwhile keeps it; ours then gives one number and leaves a hole.
                current.compareAndSet(block, new Block(first + 1, first + BLOCK));
                return first;
            }
        }
    }

    /** The ticket that has a number. */
    public Optional<UUID> ticketOf(long number) {
        return jdbc.sql("select ticket_id from command.ticket_number where number = ?")
                .param(number)
                .query(UUID.class)
                .optional();
    }

    /** Remembers the number of an imported ticket, in the current transaction. */
    public void record(long number, UUID ticketId) {
        jdbc.sql("insert into command.ticket_number (number, ticket_id) values (?, ?)")
                .params(number, ticketId)
                .update();
    }
}
