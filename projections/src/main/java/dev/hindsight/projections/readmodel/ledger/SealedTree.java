package dev.hindsight.projections.readmodel.ledger;

import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.Tile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The Merkle tree in its tiles. A tree of a size never changes, so whatever is asked about sizes up to {@link #size} is
 * the same at any time and on any node. Safe for concurrent use.
 */
public final class SealedTree {

    private final JdbcClient jdbc;

    public SealedTree(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    /** How many events are in the tree: all up to this position. */
    public long size() {
        return jdbc.sql("SELECT size FROM ledger.sealed").query(Long.class).single();
    }

    /** @param size not above {@link #size} */
    public Hash root(long size) {
        return of(size, subtrees -> MerkleTree.root(size, subtrees));
    }

    /**
     * The proof of RFC 9162 that the event at this position is in the tree of this size.
     *
     * @param position from 1 to size
     * @param size not above {@link #size}
     */
    public List<Hash> inclusion(long position, long size) {
        return of(size, subtrees -> MerkleTree.inclusion(position - 1, size, subtrees));
    }

    /**
     * The proof of RFC 9162 that the tree of size {@code to} begins with that of size {@code from}.
     *
     * @param to not above {@link #size}
     */
    public List<Hash> consistency(long from, long to) {
        return of(to, subtrees -> MerkleTree.consistency(from, to, subtrees));
    }

    /** The hash of the event's leaf. */
    public Hash leaf(long position, long size) {
        return of(size, subtrees -> subtrees.subtree(0, position - 1));
    }

    /**
     * Something computed from the tree of this size; its tiles are read in one query.
     *
     * @param computation asks for the same subtrees whatever their hashes are
     */
    public <T> T of(long size, Function<MerkleTree.Subtrees, T> computation) {
        var needed = Tile.neededBy(size, computation);
        Map<Tile, byte[]> tiles = new HashMap<>();
        if (!needed.isEmpty()) {
            jdbc.sql("SELECT level, index, width, substring(hashes FROM 1 FOR 32 * width) AS hashes"
                            + " FROM unnest(?::smallint[], ?::bigint[], ?::integer[]) AS wanted (level, index, width)"
                            + " JOIN ledger.tile USING (level, index)")
                    .params(
                            needed.stream().map(tile -> (short) tile.level()).toArray(Short[]::new),
                            needed.stream().map(Tile::index).toArray(Long[]::new),
                            needed.stream().map(Tile::width).toArray(Integer[]::new))
                    .query(row -> {
                        tiles.put(
                                new Tile(row.getInt("level"), row.getLong("index"), row.getInt("width")),
                                row.getBytes("hashes"));
                    });
        }
        return computation.apply(Tile.subtrees(
                size, tile -> Objects.requireNonNull(tiles.get(tile), () -> "the ledger lacks " + tile.path())));
    }
}
