package dev.hindsight.ops.codec.keys;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.KeyRotation;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * The ledger's keys in the keys schema: private halves wrapped by the master key, unwrapped only to sign, destroyed when
 * another key takes over. Safe for concurrent use.
 */
public final class SigningKeys implements LedgerKeys {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final @Nullable MasterKey master;
    private final Supplier<String> origin;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(int number, String publicKey, byte @Nullable [] wrapped) {}

    private SigningKeys(DataSource dataSource, @Nullable MasterKey master, Supplier<String> origin) {
        this.jdbc = JdbcClient.create(dataSource);
        // Transactions of its own, whatever the caller is in: what was signed with a key must not outlive it.
        this.transactions = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        transactions.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.master = master;
        this.origin = origin;
    }

    /**
     * @param dataSource as the application's role; better not the pool that commands take theirs from
     * @param origin names the log where there is no key yet
     */
    public static SigningKeys of(DataSource dataSource, MasterKey master, Supplier<String> origin) {
        return new SigningKeys(dataSource, master, origin);
    }

    /** The public halves alone: nothing can be signed or made. */
    public static SigningKeys published(DataSource dataSource) {
        return new SigningKeys(dataSource, null, () -> "");
    }

    /** The first key's name, whatever is configured later: the same log would seem to be another. */
    @Override
    public String origin() {
        return VerifierKey.parse(currentRow().publicKey()).name();
    }

    @Override
    public List<Published> published() {
        if (master != null) {
            currentRow();
        }
        return jdbc.sql("SELECT public_key, created_at, from_size, to_size, rotation FROM keys.signing_key"
                        + " ORDER BY number")
                .query(SigningKeys::row)
                .list();
    }

    private static Published row(ResultSet row, int number) throws SQLException {
        return new Published(
                row.getString("public_key"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getLong("from_size"),
                row.getObject("to_size", Long.class),
                row.getString("rotation"));
    }

    @Override
    public KeyHistory history() {
        List<Published> all = published();
        if (all.isEmpty()) {
            throw new MissingKeyException("that signs checkpoints: the ledger has none yet");
        }
        return KeyHistory.of(
                VerifierKey.parse(all.getFirst().key()).name(),
                VerifierKey.parse(all.getFirst().key()),
                all.stream()
                        .map(Published::rotation)
                        .filter(Objects::nonNull)
                        .map(SignedNote::parse)
                        .toList());
    }

    @Override
    public SigningKey current() {
        return unwrapped(currentRow());
    }

    private SigningKey unwrapped(Row row) {
        byte[] wrapped = row.wrapped();
        if (wrapped == null) {
            throw new DestroyedKeyException("of " + row.publicKey());
        }
        byte[] seed = KeyWrap.unwrap(master().wrappingKey(), wrapped);
        try {
            return SigningKey.of(VerifierKey.parse(row.publicKey()), seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /** The row of the current key; of several nodes that make the first one at once, one wins. */
    private Row currentRow() {
        return stored().orElseGet(() -> {
            SigningKey made = SigningKey.generate(origin.get());
            jdbc.sql("INSERT INTO keys.signing_key (number, public_key, wrapped_key, from_size, recorded)"
                            + " VALUES (1, ?, ?, 0, true) ON CONFLICT DO NOTHING")
                    .params(made.verifier().toString(), wrapped(made))
                    .update();
            return stored().orElseThrow();
        });
    }

    private Optional<Row> stored() {
        return jdbc.sql("SELECT number, public_key, wrapped_key FROM keys.signing_key WHERE to_size IS NULL")
                .query((row, each) ->
                        new Row(row.getInt("number"), row.getString("public_key"), row.getBytes("wrapped_key")))
                .optional();
    }

    private byte[] wrapped(SigningKey key) {
        byte[] seed = key.seed();
        try {
            return KeyWrap.apply(Cipher.ENCRYPT_MODE, master().wrappingKey(), seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    private MasterKey master() {
        if (master == null) {
            throw new IllegalStateException("only the public keys are read here");
        }
        return master;
    }

    @Override
    public Published rotate(long size, Envelope.Actor by, @Nullable String reason) {
        return transactions.execute(status -> {
            Row old = currentRow();
            SigningKey from = unwrapped(old);
            SigningKey to = SigningKey.generate(origin());
            String note = SignedNote.sign(
                            new KeyRotation(origin(), size, from.verifier(), to.verifier()).text(), from, to)
                    .toString();
            int ended = jdbc.sql("UPDATE keys.signing_key SET wrapped_key = NULL, to_size = ?"
                            + " WHERE number = ? AND to_size IS NULL")
                    .params(size, old.number())
                    .update();
            if (ended != 1) {
                throw new IllegalStateException("another key has taken over meanwhile");
            }
            return jdbc.sql("INSERT INTO keys.signing_key (number, public_key, wrapped_key, from_size, rotation, actor,"
                            + " reason) VALUES (?, ?, ?, ?, ?, ?::jsonb, ?)"
                            + " RETURNING public_key, created_at, from_size, to_size, rotation")
                    .param(old.number() + 1)
                    .param(to.verifier().toString())
                    .param(wrapped(to))
                    .param(size)
                    .param(note)
                    .param(JSON.writeValueAsString(by))
                    .param(reason)
                    .query(SigningKeys::row)
                    .single();
        });
    }

    @Override
    public List<Unrecorded> unrecorded() {
        return jdbc.sql("SELECT number, created_at, rotation, actor, reason FROM keys.signing_key WHERE NOT recorded"
                        + " ORDER BY number")
                .query((row, each) -> {
                    SignedNote note = SignedNote.parse(row.getString("rotation"));
                    return new Unrecorded(
                            row.getInt("number"),
                            row.getObject("created_at", OffsetDateTime.class).toInstant(),
                            KeyRotation.of(note),
                            note,
                            actor(row.getString("actor")),
                            row.getString("reason"));
                })
                .list();
    }

    private static Envelope.Actor actor(String json) {
        return JSON.readValue(json, Envelope.Actor.class);
    }

    @Override
    public void recorded(int number) {
        jdbc.sql("UPDATE keys.signing_key SET recorded = true WHERE number = ?")
                .param(number)
                .update();
    }
}
