package dev.hindsight.domain.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merkle trees of RFC 9162 (section 2.1): roots, proofs and their verification. Leaves are counted from 0; the event at
 * position N is leaf N - 1. Indexes and sizes are exact up to 2^62.
 */
public final class MerkleTree {

    /**
     * Gives the hashes of complete subtrees: where proofs are made from. What it cannot give it says by an exception of
     * its own.
     */
    @FunctionalInterface
    public interface Subtrees {

        /**
         * The hash over the leaves index * 2^level to (index + 1) * 2^level - 1.
         *
         * @param level 0 for a leaf's own hash
         */
        Hash subtree(int level, long index);
    }

    private MerkleTree() {}

    /** The root over the first leaves. */
    public static Hash root(long size, Subtrees subtrees) {
        check(size >= 0, "a tree has no negative size");
        return size == 0 ? Hash.OF_EMPTY_TREE : hash(0, size, subtrees);
    }

    /**
     * Proof that a leaf is in the tree of this size (RFC 9162, 2.1.3.1), from the leaf's sibling up.
     *
     * @throws IllegalArgumentException unless 0 <= index < size
     */
    public static List<Hash> inclusion(long index, long size, Subtrees subtrees) {
        check(0 <= index && index < size, "the leaf is not in the tree");
        List<Hash> proof = new ArrayList<>();
        path(index, 0, size, subtrees, proof);
        return proof;
    }

    private static void path(long index, long from, long to, Subtrees subtrees, List<Hash> proof) {
        if (to - from == 1) {
            return;
        }
        long middle = from + split(to - from);
        if (index < middle) {
            path(index, from, middle, subtrees, proof);
            proof.add(hash(middle, to, subtrees));
        } else {
            path(index, middle, to, subtrees, proof);
            proof.add(hash(from, middle, subtrees));
        }
    }

    /**
     * Proof that the tree of size {@code to} begins with the one of size {@code from} (RFC 9162, 2.1.4.1). Empty from 0
     * and between equal sizes, where there is nothing to prove.
     *
     * @throws IllegalArgumentException unless 0 <= from <= to
     */
    public static List<Hash> consistency(long from, long to, Subtrees subtrees) {
        check(0 <= from && from <= to, "the first tree is not the smaller one");
        List<Hash> proof = new ArrayList<>();
        if (from > 0 && from < to) {
            subproof(from, 0, to, true, subtrees, proof);
        }
        return proof;
    }

    private static void subproof(long old, long from, long to, boolean known, Subtrees subtrees, List<Hash> proof) {
        if (old == to) {
            if (!known) {
                proof.add(hash(from, to, subtrees));
            }
            return;
        }
        long middle = from + split(to - from);
        if (old <= middle) {
            subproof(old, from, middle, known, subtrees, proof);
            proof.add(hash(middle, to, subtrees));
        } else {
            subproof(old, middle, to, false, subtrees, proof);
            proof.add(hash(from, middle, subtrees));
        }
    }

    /**
     * Proof that some leaves, whose hashes the verifier has, stand at these places of the tree: the hashes of the largest
     * subtrees without any of them, from left to right. For a range without a gap it also shows that nothing was left out.
     * Not of the RFC; {@code ops/docs/ledger.md} defines it.
     *
     * @param indexes one or more, rising
     * @throws IllegalArgumentException unless 0 <= each < size
     */
    public static List<Hash> subset(long[] indexes, long size, Subtrees subtrees) {
        check(rising(indexes, size), "the leaves are not in the tree, or not in order");
        List<Hash> proof = new ArrayList<>();
        beside(indexes, 0, indexes.length, 0, size, subtrees, proof);
        return proof;
    }

    private static void beside(
            long[] indexes, int first, int end, long low, long high, Subtrees subtrees, List<Hash> proof) {
        if (first == end) {
            proof.add(hash(low, high, subtrees));
        } else if (end - first < high - low) {
            long middle = low + split(high - low);
            int right = from(indexes, first, end, middle);
            beside(indexes, first, right, low, middle, subtrees, proof);
            beside(indexes, right, end, middle, high, subtrees, proof);
        }
    }

    /**
     * The same of all leaves from one to before another.
     *
     * @throws IllegalArgumentException unless 0 <= from < to <= size
     */
    public static List<Hash> subset(long from, long to, long size, Subtrees subtrees) {
        check(0 <= from && from < to && to <= size, "the leaves are not in the tree, or not in order");
        List<Hash> proof = new ArrayList<>();
        beside(from, to, 0, size, subtrees, proof);
        return proof;
    }

    private static void beside(long from, long to, long low, long high, Subtrees subtrees, List<Hash> proof) {
        if (to <= low || high <= from) {
            proof.add(hash(low, high, subtrees));
        } else if (low < from || to < high) {
            long middle = low + split(high - low);
            beside(from, to, low, middle, subtrees, proof);
            beside(from, to, middle, high, subtrees, proof);
        }
    }

    /** Where the indexes from this one on begin. */
    private static int from(long[] indexes, int first, int end, long index) {
        int found = Arrays.binarySearch(indexes, first, end, index);
        return found < 0 ? -found - 1 : found;
    }

    private static boolean rising(long[] indexes, long size) {
        long before = -1;
        for (long index : indexes) {
            if (index <= before || index >= size) {
                return false;
            }
            before = index;
        }
        return indexes.length > 0;
    }

    /** Whether the proof shows that this leaf is in the tree with this root. False for anything malformed. */
    public static boolean includes(Hash leaf, long index, long size, List<Hash> proof, Hash root) {
        if (index < 0 || index >= size) {
            return false;
        }
        long node = index;
        long last = size - 1;
        Hash hash = leaf;
        for (Hash sibling : proof) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                hash = Hash.node(sibling, hash);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = Hash.node(hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && hash.equals(root);
    }

    /**
     * Whether the proof shows that the later tree begins with the earlier one. Two trees of one size must have one root;
     * the empty tree begins every tree. False for anything malformed.
     */
    public static boolean consistent(long from, Hash fromRoot, long to, Hash toRoot, List<Hash> proof) {
        if (from < 0 || from > to) {
            return false;
        }
        if (from == to) {
            return proof.isEmpty() && fromRoot.equals(toRoot);
        }
        if (from == 0) {
            return proof.isEmpty() && fromRoot.equals(Hash.OF_EMPTY_TREE);
        }
        Iterator<Hash> hashes = proof.iterator();
        boolean complete = Long.bitCount(from) == 1;
        if (!complete && !hashes.hasNext()) {
            return false;
        }
        Hash first = complete ? fromRoot : hashes.next();
        long node = from - 1;
        long last = to - 1;
        while ((node & 1) == 1) {
            node >>= 1;
            last >>= 1;
        }
        Hash old = first;
        Hash now = first;
        while (hashes.hasNext()) {
            Hash hash = hashes.next();
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                old = Hash.node(hash, old);
                now = Hash.node(hash, now);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                now = Hash.node(now, hash);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && old.equals(fromRoot) && now.equals(toRoot);
    }

    /**
     * Whether the proof shows that these leaves stand at these places of the tree with this root. False for anything
     * malformed.
     *
     * @param indexes rising
     * @param leaves their hashes, in the same order
     */
    public static boolean includesSubset(long[] indexes, List<Hash> leaves, long size, List<Hash> proof, Hash root) {
        if (leaves.size() != indexes.length) {
            return false;
        }
        Iterator<Hash> hashes = leaves.iterator();
        Iterator<Placed> placed = Arrays.stream(indexes)
                .mapToObj(index -> new Placed(index, hashes.next()))
                .iterator();
        return includesSubset(placed, size, proof.iterator(), root);
    }

    /** A leaf that a verifier has. */
    public record Placed(long index, Hash leaf) {}

    /**
     * The same of leaves that come one after the other; neither they nor the proof are kept. Where it is false, not all of
     * them may have been asked for.
     *
     * @param leaves by rising index
     */
    public static boolean includesSubset(Iterator<Placed> leaves, long size, Iterator<Hash> proof, Hash root) {
        Rebuilding rebuilding = new Rebuilding(leaves, proof);
        if (size < 1 || rebuilding.next == null) {
            return false;
        }
        Hash rebuilt = rebuilding.root(0, size);
        return root.equals(rebuilt) && rebuilding.next == null && !proof.hasNext();
    }

    /** One way through the tree, from left to right. */
    private static final class Rebuilding {

        private final Iterator<Placed> leaves;
        private final Iterator<Hash> proof;
        private @Nullable Placed next;

        Rebuilding(Iterator<Placed> leaves, Iterator<Hash> proof) {
            this.leaves = leaves;
            this.proof = proof;
            this.next = leaves.hasNext() ? leaves.next() : null;
        }

        /** Null where the proof ends too early, and where leaves do not rise. */
        @Nullable
        Hash root(long low, long high) {
            Placed leaf = next;
            if (leaf == null || leaf.index() >= high) {
                return proof.hasNext() ? proof.next() : null;
            }
            if (leaf.index() < low) {
                return null;
            }
            if (high - low == 1) {
                next = leaves.hasNext() ? leaves.next() : null;
                return leaf.leaf();
            }
            long middle = low + split(high - low);
            Hash left = root(low, middle);
            Hash right = left == null ? null : root(middle, high);
            return left == null || right == null ? null : Hash.node(left, right);
        }
    }

    /** The hash over leaves from to - 1, where from is a multiple of the largest power of two that is not above to - from. */
    private static Hash hash(long from, long to, Subtrees subtrees) {
        long leaves = to - from;
        if (Long.bitCount(leaves) == 1) {
            int level = Long.numberOfTrailingZeros(leaves);
            return subtrees.subtree(level, from >> level);
        }
        long middle = from + split(leaves);
        return Hash.node(hash(from, middle, subtrees), hash(middle, to, subtrees));
    }

    /** The largest power of two below a number above 1. */
    private static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
