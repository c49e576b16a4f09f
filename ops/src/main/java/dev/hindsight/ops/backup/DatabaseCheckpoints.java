package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Those in the database; none where it is of a version before the ledger. */
final class DatabaseCheckpoints implements SignedCheckpoints {

    private final Connection connection;
    private final boolean there;

    DatabaseCheckpoints(Connection connection) throws SQLException {
        this.connection = connection;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_regclass('ledger.checkpoint') IS NOT NULL"
                        + " AND to_regclass('keys.signing_key') IS NOT NULL")) {
            row.next();
            this.there = row.getBoolean(1);
        }
    }

    @Override
    public Optional<SignedNote> newest(long atMost) throws SQLException {
        if (!there) {
            return Optional.empty();
        }
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT note FROM ledger.checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1")) {
            select.setLong(1, atMost);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(SignedNote.parse(row.getString(1))) : Optional.empty();
            }
        }
    }

    @Override
    public @Nullable Keys keys() throws SQLException {
        if (!there) {
            return null;
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT public_key, rotation FROM keys.signing_key ORDER BY number")) {
            VerifierKey first = null;
            List<String> rotations = new ArrayList<>();
            while (rows.next()) {
                if (first == null) {
                    first = VerifierKey.parse(rows.getString(1));
                } else {
                    rotations.add(rows.getString(2));
                }
            }
            return first == null ? null : new Keys(first, rotations);
        }
    }
}
