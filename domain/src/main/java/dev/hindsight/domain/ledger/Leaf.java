package dev.hindsight.domain.ledger;

import java.nio.ByteBuffer;

/**
 * An event in the tree. Its entry is two hashes, so that the body can be withheld, or be forgotten, while the header goes
 * on to prove that nothing was left out.
 *
 * @param header hash of {@link EventHeader#text()}
 * @param body hash of metadata and payload as they are stored
 */
public record Leaf(Hash header, Hash body) {

    /** The leaf of a stored event. */
    public static Leaf of(EventHeader header, byte[] metadata, byte[] payload) {
        return new Leaf(header.hash(), body(metadata, payload));
    }

    /** SHA-256(length of metadata || metadata || length of payload || payload); lengths in 8 bytes, big-endian. */
    public static Hash body(byte[] metadata, byte[] payload) {
        return Hash.sha256(length(metadata), metadata, length(payload), payload);
    }

    private static byte[] length(byte[] bytes) {
        return ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array();
    }

    /** SHA-256(0x00 || header || body): what stands at level 0 of the tree. */
    public Hash hash() {
        return Hash.leaf(header, body);
    }
}
