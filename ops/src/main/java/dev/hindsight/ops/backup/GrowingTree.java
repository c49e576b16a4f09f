package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Frontier;
import dev.hindsight.domain.ledger.Hash;
import java.util.ArrayList;
import java.util.List;

/** The Merkle tree over what was read so far; its right edge can be written down and taken up again. For one thread. */
final class GrowingTree {

    private static final int LEVELS = 63;

    private final Frontier frontier;
    /** The newest complete subtree of each level: where the size has that bit, the edge's. */
    private final Hash[] newest = new Hash[LEVELS];

    private GrowingTree(Frontier frontier) {
        this.frontier = frontier;
    }

    static GrowingTree empty() {
        return new GrowingTree(new Frontier());
    }

    /**
     * @param edge as {@link #edge} gave it for this size
     * @throws IllegalArgumentException where it has not as many hashes as a tree of this size
     */
    static GrowingTree at(long size, List<Hash> edge) {
        if (size < 0 || edge.size() != Long.bitCount(size)) {
            throw new IllegalArgumentException("a tree of size " + size + " has another edge");
        }
        Hash[] levels = new Hash[LEVELS];
        int next = 0;
        for (int level = LEVELS - 1; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                levels[level] = edge.get(next++);
            }
        }
        GrowingTree tree = new GrowingTree(Frontier.at(size, (level, index) -> levels[level]));
        System.arraycopy(levels, 0, tree.newest, 0, LEVELS);
        return tree;
    }

    void add(Hash leaf) {
        frontier.add(leaf, (level, index, hash) -> newest[level] = hash);
    }

    long size() {
        return frontier.size();
    }

    Hash root() {
        return frontier.root();
    }

    /** The complete subtrees at the right edge, the largest first. */
    List<Hash> edge() {
        List<Hash> edge = new ArrayList<>();
        for (int level = LEVELS - 1; level >= 0; level--) {
            if ((frontier.size() >> level & 1) == 1) {
                edge.add(newest[level]);
            }
        }
        return edge;
    }
}
