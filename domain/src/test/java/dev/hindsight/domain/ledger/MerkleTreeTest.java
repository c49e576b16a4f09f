package dev.hindsight.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {

    private static final int SIZES = 300;

    /** The leaves with which implementations of Certificate Transparency test each other, and the roots over them. */
    private static final List<String> KNOWN_LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> KNOWN_ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    /** The complete subtrees of some leaves, all of them, kept as they come about. */
    private static MerkleTree.Subtrees tree(List<Hash> leaves) {
        Map<String, Hash> nodes = new HashMap<>();
        Frontier frontier = new Frontier();
        leaves.forEach(leaf -> frontier.add(leaf, (level, index, hash) -> nodes.put(level + "/" + index, hash)));
        return (level, index) -> {
            Hash hash = nodes.get(level + "/" + index);
            return Objects.requireNonNull(hash, "only complete subtrees are asked for");
        };
    }

    private static List<Hash> leaves(int size) {
        List<Hash> leaves = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            leaves.add(Hash.leaf(ByteBuffer.allocate(4).putInt(i).array()));
        }
        return leaves;
    }

    private static List<Hash> known() {
        return KNOWN_LEAVES.stream()
                .map(hex -> Hash.leaf(HexFormat.of().parseHex(hex)))
                .toList();
    }

    /** By the definition of RFC 9162, 2.1.1, in the plainest way. */
    private static Hash plainRoot(List<Hash> leaves) {
        if (leaves.isEmpty()) {
            return Hash.sha256();
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int middle = Integer.highestOneBit(leaves.size() - 1);
        return Hash.node(plainRoot(leaves.subList(0, middle)), plainRoot(leaves.subList(middle, leaves.size())));
    }

    @Test
    void knownLeavesHaveTheirKnownRoots() {
        Frontier frontier = new Frontier();
        for (int size = 0; size <= 8; size++) {
            assertThat(frontier.root()).hasToString(KNOWN_ROOTS.get(size));
            assertThat(MerkleTree.root(size, tree(known()))).hasToString(KNOWN_ROOTS.get(size));
            if (size < 8) {
                frontier.add(known().get(size));
            }
        }
    }

    @Test
    void knownProofs() {
        MerkleTree.Subtrees tree = tree(known());
        assertThat(MerkleTree.inclusion(0, 8, tree))
                .map(Hash::toString)
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(MerkleTree.consistency(6, 8, tree))
                .map(Hash::toString)
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    }

    @Test
    void rootsAreThoseOfTheDefinition() {
        List<Hash> leaves = leaves(SIZES);
        MerkleTree.Subtrees tree = tree(leaves);
        for (int size = 0; size <= SIZES; size++) {
            Hash root = plainRoot(leaves.subList(0, size));
            assertThat(MerkleTree.root(size, tree)).isEqualTo(root);
            Frontier resumed = Frontier.at(size, tree);
            assertThat(resumed.root()).isEqualTo(root);
            if (size < SIZES) {
                resumed.add(leaves.get(size));
                assertThat(resumed.root()).isEqualTo(plainRoot(leaves.subList(0, size + 1)));
            }
        }
    }

    @Test
    void everyInclusionProofVerifiesAndNoOther() {
        List<Hash> leaves = leaves(SIZES);
        MerkleTree.Subtrees tree = tree(leaves);
        for (int size = 1; size <= SIZES; size++) {
            Hash root = MerkleTree.root(size, tree);
            for (int index = 0; index < size; index++) {
                List<Hash> proof = MerkleTree.inclusion(index, size, tree);
                Hash leaf = leaves.get(index);
                assertThat(MerkleTree.includes(leaf, index, size, proof, root)).isTrue();
                if (size % 23 == 0 || size < 20) {
                    int at = index;
                    int whole = size;
                    assertThat(mutations(proof)).noneMatch(wrong -> MerkleTree.includes(leaf, at, whole, wrong, root));
                    assertThat(MerkleTree.includes(changed(leaf), index, size, proof, root))
                            .isFalse();
                    assertThat(MerkleTree.includes(leaf, index, size, proof, changed(root)))
                            .isFalse();
                    assertThat(MerkleTree.includes(leaf, -1, size, proof, root)).isFalse();
                    assertThat(MerkleTree.includes(leaf, size, size, proof, root))
                            .isFalse();
                    for (int other = 0; other < size; other++) {
                        assertThat(other != index && MerkleTree.includes(leaf, other, size, proof, root))
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void everyConsistencyProofVerifiesAndNoOther() {
        MerkleTree.Subtrees tree = tree(leaves(SIZES));
        for (int to = 0; to <= SIZES; to++) {
            Hash toRoot = MerkleTree.root(to, tree);
            for (int from = 0; from <= to; from++) {
                Hash fromRoot = MerkleTree.root(from, tree);
                List<Hash> proof = MerkleTree.consistency(from, to, tree);
                assertThat(MerkleTree.consistent(from, fromRoot, to, toRoot, proof))
                        .isTrue();
                if (to % 23 == 0 || to < 20) {
                    int size = to;
                    int old = from;
                    assertThat(mutations(proof))
                            .noneMatch(wrong -> MerkleTree.consistent(old, fromRoot, size, toRoot, wrong));
                    assertThat(MerkleTree.consistent(from, changed(fromRoot), to, toRoot, proof))
                            .isFalse();
                    if (from > 0) {
                        assertThat(MerkleTree.consistent(from, fromRoot, to, changed(toRoot), proof))
                                .isFalse();
                    }
                    assertThat(MerkleTree.consistent(to + 1, fromRoot, to, toRoot, proof))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void everyRangeProofVerifiesAndNoOther() {
        for (int size = 1; size <= 70; size++) {
            for (int from = 0; from < size; from++) {
                for (int to = from + 1; to <= size; to++) {
                    long[] range = LongStream.range(from, to).toArray();
                    provesAndNothingElse(range, size, size % 9 == 0 || size < 9);
                }
            }
        }
    }

    @Test
    void everySubsetProofVerifiesAndNoOther() {
        for (int size = 1; size <= 9; size++) {
            for (int chosen = 1; chosen < 1 << size; chosen++) {
                int bits = chosen;
                long[] subset = IntStream.range(0, size)
                        .filter(index -> (bits >> index & 1) == 1)
                        .asLongStream()
                        .toArray();
                provesAndNothingElse(subset, size, true);
            }
        }
    }

    private static void provesAndNothingElse(long[] indexes, int size, boolean mutate) {
        List<Hash> leaves = leaves(size);
        MerkleTree.Subtrees tree = tree(leaves);
        Hash root = MerkleTree.root(size, tree);
        List<Hash> subset = LongStream.of(indexes)
                .mapToObj(index -> leaves.get((int) index))
                .toList();
        List<Hash> proof = MerkleTree.subset(indexes, size, tree);
        assertThat(MerkleTree.includesSubset(indexes, subset, size, proof, root))
                .isTrue();
        long from = indexes[0];
        long to = indexes[indexes.length - 1] + 1;
        if (to - from == indexes.length) {
            assertThat(MerkleTree.subset(from, to, size, tree)).isEqualTo(proof);
        }
        if (mutate) {
            assertThat(mutations(proof))
                    .noneMatch(wrong -> MerkleTree.includesSubset(indexes, subset, size, wrong, root));
            assertThat(mutations(subset))
                    .noneMatch(wrong -> MerkleTree.includesSubset(indexes, wrong, size, proof, root));
            long[] later = LongStream.of(indexes).map(index -> index + 1).toArray();
            assertThat(MerkleTree.includesSubset(later, subset, size, proof, root))
                    .isFalse();
        }
    }

    @Test
    void tilesHoldTheSameTree() {
        int size = 70_000;
        List<Hash> leaves = leaves(size);
        Map<String, Hash> nodes = new HashMap<>();
        Map<String, byte[]> tiles = new HashMap<>();
        Frontier frontier = new Frontier();
        leaves.forEach(leaf -> frontier.add(leaf, (level, index, hash) -> {
            nodes.put(level + "/" + index, hash);
            if (level % 8 == 0) {
                hash.into(
                        tiles.computeIfAbsent(
                                level / 8 + "/" + index / Tile.WIDTH, tile -> new byte[Tile.WIDTH * Hash.LENGTH]),
                        (int) (index % Tile.WIDTH) * Hash.LENGTH);
            }
        }));
        // The example of tlog-tiles.
        assertThat(tiles.keySet().stream().filter(tile -> tile.startsWith("0/")))
                .hasSize(274);
        assertThat(Tile.holding(0, size - 1, size).path()).isEqualTo("tile/0/273.p/112");
        assertThat(Tile.holding(8, 272, size).path()).isEqualTo("tile/1/001.p/17");
        assertThat(Tile.holding(16, 0, size).path()).isEqualTo("tile/2/000.p/1");
        assertThat(new Tile(0, 1_234_067, 256).path()).isEqualTo("tile/0/x001/x234/067");

        MerkleTree.Subtrees plain = (level, index) -> Objects.requireNonNull(nodes.get(level + "/" + index));
        for (long index : new long[] {0, 255, 256, 4_711, 65_535, 65_536, 69_887, 69_888, 69_999}) {
            for (long of : new long[] {index + 1, 69_000 < index ? size : 69_000, size}) {
                List<Tile> asked = new ArrayList<>();
                MerkleTree.Subtrees tiled = Tile.subtrees(of, tile -> {
                    asked.add(tile);
                    byte[] all = Objects.requireNonNull(tiles.get(tile.level() + "/" + tile.index()));
                    return Arrays.copyOf(all, tile.width() * Hash.LENGTH);
                });
                assertThat(MerkleTree.inclusion(index, of, tiled)).isEqualTo(MerkleTree.inclusion(index, of, plain));
                Set<Tile> needed = Tile.neededBy(of, subtrees -> MerkleTree.inclusion(index, of, subtrees));
                assertThat(asked).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(needed);
                assertThat(MerkleTree.consistency(index, of, tiled))
                        .isEqualTo(MerkleTree.consistency(index, of, plain));
                assertThat(MerkleTree.root(of, tiled)).isEqualTo(MerkleTree.root(of, plain));
            }
        }
    }

    @Test
    void whatIsNotInTheTreeHasNoProof() {
        MerkleTree.Subtrees tree = tree(leaves(5));
        assertThatThrownBy(() -> MerkleTree.inclusion(5, 5, tree)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.inclusion(-1, 5, tree)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.consistency(5, 4, tree)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.subset(new long[] {}, 5, tree))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.subset(new long[] {2, 5}, 5, tree))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.subset(new long[] {2, 1}, 5, tree))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.subset(2, 2, 5, tree)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleTree.subset(2, 6, 5, tree)).isInstanceOf(IllegalArgumentException.class);
        assertThat(MerkleTree.includesSubset(
                        new long[] {1, 0}, leaves(2), 2, List.of(), MerkleTree.root(2, tree(leaves(2)))))
                .isFalse();
        assertThat(MerkleTree.includesSubset(new long[] {Long.MAX_VALUE}, leaves(1), 5, List.of(), Hash.OF_EMPTY_TREE))
                .isFalse();
        assertThat(MerkleTree.includesSubset(new long[] {}, List.of(), 0, List.of(), Hash.OF_EMPTY_TREE))
                .isFalse();
    }

    /** Every hash changed, every one left out, one more at each end, neighbours exchanged. */
    private static List<List<Hash>> mutations(List<Hash> proof) {
        List<List<Hash>> mutations = new ArrayList<>();
        for (int i = 0; i < proof.size(); i++) {
            List<Hash> changed = new ArrayList<>(proof);
            changed.set(i, changed(proof.get(i)));
            mutations.add(changed);
            List<Hash> shorter = new ArrayList<>(proof);
            shorter.remove(i);
            mutations.add(shorter);
            if (i > 0) {
                List<Hash> exchanged = new ArrayList<>(proof);
                Collections.swap(exchanged, i - 1, i);
                mutations.add(exchanged);
            }
        }
        List<Hash> longer = new ArrayList<>(proof);
        longer.add(Hash.OF_EMPTY_TREE);
        mutations.add(longer);
        List<Hash> before = new ArrayList<>(proof);
        before.addFirst(Hash.OF_EMPTY_TREE);
        mutations.add(before);
        return mutations;
    }

    private static Hash changed(Hash hash) {
        byte[] bytes = hash.bytes();
        bytes[hash.hashCode() & 31] ^= 1;
        return Hash.of(bytes);
    }
}
