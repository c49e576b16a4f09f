package dev.hindsight.domain.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * A tree that grows leaf by leaf and remembers only what its root and its next leaves need: the hashes of the complete
 * subtrees at its right edge, at most one a level. Not safe for concurrent use.
 */
public final class Frontier {

    /** Hears of every complete subtree as it comes about, leaves included. */
    @FunctionalInterface
    public interface Completed {

        /** @param index of the subtree in its level, from 0 */
        void subtree(int level, long index, Hash hash);
    }

    /** The largest first. */
    private final List<Hash> edge = new ArrayList<>();

    private long size;

    /** A tree of this size whose subtrees are known; they are asked for once each, at most 62 of them. */
    public static Frontier at(long size, MerkleTree.Subtrees subtrees) {
        Frontier frontier = new Frontier();
        frontier.size = size;
        long from = 0;
        for (int level = 62; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                frontier.edge.add(subtrees.subtree(level, from >> level));
                from += 1L << level;
            }
        }
        return frontier;
    }

    /** How many leaves there are. */
    public long size() {
        return size;
    }

    /** Adds a leaf by its hash. */
    public void add(Hash leaf) {
        add(leaf, (level, index, hash) -> {});
    }

    /** Adds a leaf by its hash and says which subtrees it completes, the leaf itself first. */
    public void add(Hash leaf, Completed completed) {
        Hash hash = leaf;
        long index = size;
        int level = 0;
        completed.subtree(level, index, hash);
        while ((index & 1) == 1) {
            hash = Hash.node(edge.removeLast(), hash);
            index >>= 1;
            level++;
            completed.subtree(level, index, hash);
        }
        edge.add(hash);
        size++;
    }

    /** The root over all leaves added so far. */
    public Hash root() {
        if (size == 0) {
            return Hash.OF_EMPTY_TREE;
        }
        Hash root = edge.getLast();
        for (int i = edge.size() - 2; i >= 0; i--) {
            root = Hash.node(edge.get(i), root);
        }
        return root;
    }
}
