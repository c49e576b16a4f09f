package dev.hindsight.projections.ledger;

import dev.hindsight.domain.ledger.Frontier;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.Tile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The right edge of the tree in memory, and the writing of it: leaves are added, then everything that they changed is
 * stored with the new size in one transaction. For one connection and one thread; where storing fails, it is made anew
 * from what is stored.
 */
final class GrowingTiles {

    private static final int BYTES = Tile.WIDTH * Hash.LENGTH;

    private final Connection connection;
    private final Frontier frontier;

    /** The tile of each level that is not full yet. */
    private final TreeMap<Integer, Growing> growing = new TreeMap<>();

    private final List<Growing> full = new ArrayList<>();
    private long stored;

    /** A tile that is being filled. */
    private static final class Growing {
        private final int level;
        private final long index;
        private final byte[] hashes = new byte[BYTES];
        private final byte @Nullable [] headers;
        private int width;
        private boolean changed;

        Growing(int level, long index) {
            this.level = level;
            this.index = index;
            this.headers = level == 0 ? new byte[BYTES] : null;
        }
    }

    private GrowingTiles(Connection connection, Frontier frontier) {
        this.connection = connection;
        this.frontier = frontier;
        this.stored = frontier.size();
    }

    /** Goes on where the stored tree ends. The connection commits by itself outside {@link #store}. */
    static GrowingTiles open(Connection connection) throws SQLException {
        long size;
        try (var select = connection.createStatement();
                ResultSet row = select.executeQuery("SELECT size FROM ledger.sealed")) {
            row.next();
            size = row.getLong(1);
        }
        TreeMap<Integer, Growing> edge = new TreeMap<>();
        TreeMap<Integer, byte[]> read = new TreeMap<>();
        for (int level = 0; size >> (8 * level) > 0; level++) {
            long hashes = size >> (8 * level);
            // The last tile of the level, full or not: the edge's hashes lie in it.
            Growing tile = new Growing(level, (hashes - 1) / Tile.WIDTH);
            tile.width = (int) (hashes - tile.index * Tile.WIDTH);
            read(connection, tile);
            read.put(level, tile.hashes);
            if (tile.width < Tile.WIDTH) {
                edge.put(level, tile);
            }
        }
        MerkleTree.Subtrees subtrees =
                Tile.subtrees(size, tile -> Objects.requireNonNull(read.get(tile.level()), "a level of the tree"));
        GrowingTiles tiles = new GrowingTiles(connection, Frontier.at(size, subtrees));
        tiles.growing.putAll(edge);
        return tiles;
    }

    private static void read(Connection connection, Growing tile) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT hashes, headers FROM ledger.tile WHERE level = ? AND index = ?")) {
            select.setInt(1, tile.level);
            select.setLong(2, tile.index);
            try (ResultSet row = select.executeQuery()) {
                int bytes = tile.width * Hash.LENGTH;
                byte[] hashes = row.next() ? row.getBytes(1) : new byte[0];
                if (hashes.length != bytes) {
                    throw new SQLException("The ledger's tile %d of level %d has %d bytes instead of %d"
                            .formatted(tile.index, tile.level, hashes.length, bytes));
                }
                System.arraycopy(hashes, 0, tile.hashes, 0, bytes);
                if (tile.headers != null) {
                    System.arraycopy(row.getBytes(2), 0, tile.headers, 0, bytes);
                }
            }
        }
    }

    /** How many leaves there are, those not stored yet included. */
    long size() {
        return frontier.size();
    }

    void add(Leaf leaf) {
        frontier.add(leaf.hash(), (level, index, hash) -> {
            if (level % 8 == 0) {
                Growing tile = growing.computeIfAbsent(level / 8, its -> new Growing(its, index / Tile.WIDTH));
                int at = tile.width++ * Hash.LENGTH;
                hash.into(tile.hashes, at);
                if (tile.headers != null) {
                    leaf.header().into(tile.headers, at);
                }
                tile.changed = true;
                if (tile.width == Tile.WIDTH) {
                    full.add(tile);
                    growing.remove(level / 8);
                }
            }
        });
    }

    /**
     * Stores what was added since the last time, whole or not at all.
     *
     * @throws SQLException also where another has stored meanwhile
     */
    void store() throws SQLException {
        connection.setAutoCommit(false);
        try {
            try (var asynchronous = connection.createStatement()) {
                // What a crash takes of it is derived again from the log, the same to the byte.
                asynchronous.execute("SET LOCAL synchronous_commit = off");
            }
            try (PreparedStatement grow =
                    connection.prepareStatement("UPDATE ledger.sealed SET size = ? WHERE size = ?")) {
                grow.setLong(1, frontier.size());
                grow.setLong(2, stored);
                if (grow.executeUpdate() != 1) {
                    throw new SQLException("Somebody else has sealed beyond " + stored);
                }
            }
            try (PreparedStatement write = connection.prepareStatement("INSERT INTO ledger.tile (level, index, hashes,"
                    + " headers) VALUES (?, ?, ?, ?) ON CONFLICT (level, index) DO UPDATE"
                    + " SET hashes = excluded.hashes, headers = excluded.headers")) {
                for (Growing tile : full) {
                    write(write, tile);
                }
                for (Growing tile : growing.values()) {
                    if (tile.changed) {
                        write(write, tile);
                    }
                }
                write.executeBatch();
            }
            connection.commit();
        } catch (SQLException | RuntimeException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
        stored = frontier.size();
        full.clear();
        growing.values().forEach(tile -> tile.changed = false);
    }

    private static void write(PreparedStatement write, Growing tile) throws SQLException {
        int bytes = tile.width * Hash.LENGTH;
        write.setInt(1, tile.level);
        write.setLong(2, tile.index);
        write.setBytes(3, Arrays.copyOf(tile.hashes, bytes));
        write.setBytes(4, tile.headers == null ? null : Arrays.copyOf(tile.headers, bytes));
        write.addBatch();
    }
}
