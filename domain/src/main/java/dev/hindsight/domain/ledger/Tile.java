package dev.hindsight.domain.ledger;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A run of up to 256 hashes of one level, as C2SP tlog-tiles lays trees out: the tile (level, index) holds the hashes of
 * the subtrees of height 8 * level with the numbers 256 * index and following. A tile that is full never changes.
 *
 * @param width how many hashes it has, 1 to 256
 */
public record Tile(int level, long index, int width) {

    /** Hashes of a full tile. */
    public static final int WIDTH = 256;

    private static final int HEIGHT = 8;

    /** Gives the bytes of a tile: its hashes one after the other, {@code width} of them or more. */
    @FunctionalInterface
    public interface Source {
        byte[] hashes(Tile tile);
    }

    /** Which tile of a tree of this size a complete subtree is computed from. */
    public static Tile holding(int level, long index, long size) {
        int tileLevel = level / HEIGHT;
        long first = index << (level % HEIGHT);
        long tile = first / WIDTH;
        long hashes = size >> (tileLevel * HEIGHT);
        return new Tile(tileLevel, tile, (int) Math.min(WIDTH, hashes - tile * WIDTH));
    }

    /** The path under which tlog-tiles serves it, such as {@code tile/0/x001/234.p/5}. */
    public String path() {
        StringBuilder path = new StringBuilder("%03d".formatted(index % 1000));
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            path.insert(0, "x%03d/".formatted(rest % 1000));
        }
        return "tile/" + level + "/" + path + (width == WIDTH ? "" : ".p/" + width);
    }

    /**
     * The subtrees of a tree of this size, computed from its tiles. Each tile is asked for once. Not safe for concurrent
     * use.
     */
    public static MerkleTree.Subtrees subtrees(long size, Source source) {
        Map<Tile, byte[]> known = new HashMap<>();
        return (level, index) -> {
            Tile tile = holding(level, index, size);
            byte[] hashes = known.computeIfAbsent(tile, source::hashes);
            int height = level % HEIGHT;
            return hash(hashes, (int) ((index << height) - tile.index() * WIDTH), 1 << height);
        };
    }

    /**
     * The tiles of a tree of this size that a computation asks subtrees of: it is run once on hashes that mean nothing,
     * for what it asks depends on sizes and indexes alone.
     */
    public static Set<Tile> neededBy(long size, Function<MerkleTree.Subtrees, ?> computation) {
        Set<Tile> needed = new LinkedHashSet<>();
        Object _ = computation.apply((level, index) -> {
            needed.add(holding(level, index, size));
            return Hash.OF_EMPTY_TREE;
        });
        return needed;
    }

    /** The hash over so many hashes of a tile, a power of two. */
    private static Hash hash(byte[] hashes, int first, int count) {
        if (count == 1) {
            return Hash.at(hashes, first * Hash.LENGTH);
        }
        int half = count / 2;
        return Hash.node(hash(hashes, first, half), hash(hashes, first + half, half));
    }
}
