package dev.hindsight.projections.readmodel.ledger;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.SignedNote;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The signed tree heads, and the making of new ones: any node may make one, one at a time, and none that contradicts the
 * one before. Safe for concurrent use.
 */
public final class Checkpoints {

    /** Under this lock checkpoints are made and keys change. */
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('ledger.checkpoint'), 0)";

    private static final String SELECT =
            "SELECT size, made_at, note, timestamp_token, timestamp_at FROM ledger.checkpoint ";

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final SealedTree tree;
    private final LedgerKeys keys;

    public Checkpoints(DataSource dataSource, TransactionTemplate transactions, SealedTree tree, LedgerKeys keys) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = transactions;
        this.tree = tree;
        this.keys = keys;
    }

    /** The newest; empty before the first. */
    public Optional<StoredCheckpoint> latest() {
        return jdbc.sql(SELECT + "ORDER BY size DESC LIMIT 1")
                .query(Checkpoints::row)
                .optional();
    }

    public Optional<StoredCheckpoint> of(long size) {
        return jdbc.sql(SELECT + "WHERE size = ?")
                .param(size)
                .query(Checkpoints::row)
                .optional();
    }

    /**
     * The newest first.
     *
     * @param below only smaller ones; {@link Long#MAX_VALUE} for all
     */
    public List<StoredCheckpoint> below(long below, int limit) {
        return jdbc.sql(SELECT + "WHERE size < ? ORDER BY size DESC LIMIT ?")
                .params(below, limit)
                .query(Checkpoints::row)
                .list();
    }

    /**
     * The oldest first.
     *
     * @param above only larger ones
     */
    public List<StoredCheckpoint> above(long above, int limit) {
        return jdbc.sql(SELECT + "WHERE size > ? ORDER BY size LIMIT ?")
                .params(above, limit)
                .query(Checkpoints::row)
                .list();
    }

    /**
     * Signs the tree as it is sealed now; where nothing was sealed since the latest checkpoint, that one.
     *
     * @throws LedgerContradicted where the tree does not go on from the latest checkpoint
     * @throws IllegalStateException while nothing is sealed
     */
    public StoredCheckpoint make() {
        return transactions.execute(status -> {
            lock();
            long size = tree.size();
            if (size == 0) {
                throw new IllegalStateException("nothing is sealed yet");
            }
            StoredCheckpoint latest = latest().orElse(null);
            if (latest != null) {
                long before = goingOnFrom(latest, size);
                if (before == size) {
                    return latest;
                }
            }
            String note = new Checkpoint(keys.origin(), size, tree.root(size))
                    .sign(keys.current())
                    .toString();
            return jdbc.sql("INSERT INTO ledger.checkpoint (size, note) VALUES (?, ?)"
                            + " RETURNING size, made_at, note, timestamp_token, timestamp_at")
                    .params(size, note)
                    .query(Checkpoints::row)
                    .single();
        });
    }

    /** @return the size of what was signed before */
    private long goingOnFrom(StoredCheckpoint latest, long size) {
        Checkpoint before = Checkpoint.of(SignedNote.parse(latest.note()));
        if (before.size() > size) {
            throw new LedgerContradicted(
                    "A checkpoint was signed over %d events, the ledger has %d.".formatted(before.size(), size));
        }
        if (!tree.root(before.size()).equals(before.root())) {
            throw new LedgerContradicted(
                    "The first %d events are not those that were signed.".formatted(before.size()));
        }
        return before.size();
    }

    /**
     * Lets a new key sign from the latest checkpoint on. It is in the log shortly after.
     *
     * @param from the key that has to give way, as it is published; where it has, nothing changes
     * @return the key that took over from it
     * @throws IllegalStateException before the first checkpoint, or when there is no such key
     */
    public LedgerKeys.Published rotateFrom(String from, Envelope.Actor by, @Nullable String reason) {
        return transactions.execute(status -> {
            lock();
            List<LedgerKeys.Published> known = keys.published();
            int old = known.stream().map(LedgerKeys.Published::key).toList().indexOf(from);
            if (old < 0) {
                throw new IllegalStateException("no key of this name has signed");
            }
            if (old < known.size() - 1) {
                return known.get(old + 1);
            }
            StoredCheckpoint latest =
                    latest().orElseThrow(() -> new IllegalStateException("there is no checkpoint yet"));
            return keys.rotate(latest.size(), by, reason);
        });
    }

    /** Keeps a token beside its checkpoint; one that is there already stays. */
    public void attach(long size, byte[] token, Instant at) {
        jdbc.sql("UPDATE ledger.checkpoint SET timestamp_token = ?, timestamp_at = ?"
                        + " WHERE size = ? AND timestamp_token IS NULL")
                .params(token, at.atOffset(ZoneOffset.UTC), size)
                .update();
    }

    private void lock() {
        jdbc.sql(LOCK).query(row -> {});
    }

    private static StoredCheckpoint row(ResultSet row, int number) throws SQLException {
        @Nullable OffsetDateTime timestampAt = row.getObject("timestamp_at", OffsetDateTime.class);
        return new StoredCheckpoint(
                row.getLong("size"),
                row.getObject("made_at", OffsetDateTime.class).toInstant(),
                row.getString("note"),
                row.getBytes("timestamp_token"),
                timestampAt == null ? null : timestampAt.toInstant());
    }
}
