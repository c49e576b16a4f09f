package dev.hindsight.command.dispatch;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.Refusal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ResultSetExtractor;

/**
 * The successes remembered under idempotency keys, and the numbers given to new tickets: what is written beside the
 * events in the command's own transaction. Each call is one round trip.
 */
public final class Remembered {

    /** How long a key answers as it did the first time. */
    public static final Duration KEPT = Duration.ofHours(24);

    private static final String LOOK_UP = """
             as free, i.request, i.status, i.stream, i.number, i.version, i.message_id, i.follow_up_of
              from (select 1) as always
              left join command.idempotency i on i.scope = ? and i.created_at > now() - interval '24 hours'
            """;

    private static final String LOCK_AND_LOOK_UP = "select pg_try_advisory_xact_lock(?)" + LOOK_UP;

    private static final String NUMBER = "insert into command.ticket_number (number, ticket_id) values (?, ?)";

    /** An expired row that the cleaner has not met yet gives way. */
    private static final String SUCCESS = """
            insert into command.idempotency
                   (scope, request, status, stream, number, version, message_id, follow_up_of)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (scope) do update
               set request = excluded.request, status = excluded.status, stream = excluded.stream,
                   number = excluded.number, version = excluded.version, message_id = excluded.message_id,
                   follow_up_of = excluded.follow_up_of, created_at = excluded.created_at
             where idempotency.created_at <= now() - interval '24 hours'
            """;

    private static final String NUMBER_AND_SUCCESS = "with numbered as (" + NUMBER + ") " + SUCCESS;

    private static final String SELECTION = """
            insert into command.bulk_selection (scope, request, tickets) values (?, ?, ?)
            on conflict (scope) do update
               set request = excluded.request, tickets = excluded.tickets, created_at = excluded.created_at
             where bulk_selection.created_at <= now() - interval '24 hours'
            """;

    private static final String SELECTED = """
            select request, tickets from command.bulk_selection
             where scope = ? and created_at > now() - interval '24 hours'
            """;

    private final JdbcTemplate jdbc;

    public Remembered(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Takes the key for the rest of the transaction and looks up what happened under it.
     *
     * @throws Refusal {@code IDEMPOTENCY_IN_PROGRESS} while another call with this key is under way
     * @throws IdempotencyMismatch where the key stands for another request
     */
    Optional<Receipt> lockAndLookUp(IdempotencyKey key) {
        return requireNonNull(
                jdbc.query(
                        LOCK_AND_LOOK_UP,
                        (ResultSetExtractor<Optional<Receipt>>) row -> found(row, key),
                        key.lock(),
                        key.scope()),
                "the extractor answers an Optional");
    }

    /**
     * The success of a call that is repeated, for whoever has much to do before the command; of one that is under way
     * nothing is known yet.
     *
     * @param key null: never repeated
     * @throws IdempotencyMismatch where the key stands for another request
     */
    public Optional<Receipt> earlier(@Nullable IdempotencyKey key) {
        return key == null
                ? Optional.empty()
                : requireNonNull(
                        jdbc.query(
                                "select true" + LOOK_UP,
                                (ResultSetExtractor<Optional<Receipt>>) row -> found(row, key),
                                key.scope()),
                        "the extractor answers an Optional");
    }

    private static Optional<Receipt> found(ResultSet row, IdempotencyKey key) throws SQLException {
        row.next(); // there is always one
        if (!row.getBoolean("free")) {
            throw new Refusal(
                    "IDEMPOTENCY_IN_PROGRESS",
                    "A call with this Idempotency-Key is still under way; repeat it shortly for its answer.");
        }
        byte[] request = row.getBytes("request");
        if (request == null) {
            return Optional.empty();
        }
        if (!Arrays.equals(request, key.request())) {
            throw new IdempotencyMismatch();
        }
        return Optional.of(new Receipt(
                row.getString("stream"),
                row.getInt("status") == 201,
                row.getObject("number", Long.class),
                row.getLong("version"),
                row.getObject("message_id", UUID.class),
                row.getObject("follow_up_of", UUID.class),
                false));
    }

    /**
     * Writes what is to be found again: the number of a new ticket, and the success where there is a key.
     *
     * @throws KeyTaken where another transaction has just used the key
     */
    void write(Receipt receipt, @Nullable IdempotencyKey key) {
        if (key == null) {
            if (receipt.opened()) {
                jdbc.update(NUMBER, receipt.number(), UUID.fromString(receipt.id()));
            }
            return;
        }
        Object[] success = {
            key.scope(),
            key.request(),
            receipt.made() ? 201 : 200,
            receipt.stream(),
            receipt.number(),
            receipt.version(),
            receipt.messageId(),
            receipt.followUpOf()
        };
        int written;
        if (receipt.opened()) {
            Object[] all = new Object[success.length + 2];
            all[0] = receipt.number();
            all[1] = UUID.fromString(receipt.id());
            System.arraycopy(success, 0, all, 2, success.length);
            written = jdbc.update(NUMBER_AND_SUCCESS, all);
        } else {
            written = jdbc.update(SUCCESS, success);
        }
        if (written == 0) {
            throw new KeyTaken();
        }
    }

    /**
     * The tickets that a call of several means: found once, the same for every repetition under its key.
     *
     * @throws IdempotencyMismatch where the key stands for another request
     */
    public List<String> selection(IdempotencyKey key, Supplier<List<String>> find) {
        var known = selected(key);
        if (known.isPresent()) {
            return known.get();
        }
        jdbc.update(SELECTION, key.scope(), key.request(), find.get().toArray(String[]::new));
        return selected(key).orElseThrow(() -> new IllegalStateException("a selection was forgotten at once"));
    }

    private Optional<List<String>> selected(IdempotencyKey key) {
        return requireNonNull(
                jdbc.query(
                        SELECTED,
                        (ResultSetExtractor<Optional<List<String>>>) row -> {
                            if (!row.next()) {
                                return Optional.empty();
                            } else if (!Arrays.equals(row.getBytes("request"), key.request())) {
                                throw new IdempotencyMismatch();
                            }
                            return Optional.of(
                                    List.of((String[]) row.getArray("tickets").getArray()));
                        },
                        key.scope()),
                "the extractor answers an Optional");
    }

    /** Forgets at most {@code limit} expired keys; answers how many. */
    public int forgetExpired(int limit) {
        jdbc.update("delete from command.bulk_selection where created_at <= now() - interval '24 hours'");
        return jdbc.update("""
                delete from command.idempotency
                 where scope in (select scope from command.idempotency
                                  where created_at <= now() - interval '24 hours' limit ?)
                """, limit);
    }

    /** The look-up did not see a success that committed at that moment: run again, it will. */
    static final class KeyTaken extends RuntimeException {
        KeyTaken() {
            super("the idempotency key was used at the same moment", null, false, false);
        }
    }
}
