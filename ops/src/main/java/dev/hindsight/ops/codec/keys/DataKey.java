package dev.hindsight.ops.codec.keys;

import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** An unwrapped data key with its salt, or the memory of a destroyed one. Immutable; never prints what it holds. */
public final class DataKey {

    /** Bytes of a key and of a salt. */
    static final int BYTES = 32;

    private final UUID id;
    private final String owner;
    private final @Nullable KeyMaterial material;

    DataKey(UUID id, String owner, @Nullable KeyMaterial material) {
        this.id = id;
        this.owner = owner;
        this.material = material;
    }

    public UUID id() {
        return id;
    }

    /** As {@link KeyOwner} writes it. */
    public String owner() {
        return owner;
    }

    /** Whether it, or the key that it is wrapped by, was destroyed: nothing sealed under it can ever be opened. */
    public boolean destroyed() {
        return material == null;
    }

    /**
     * For AES-256-GCM.
     *
     * @throws DestroyedKeyException when destroyed
     */
    public SecretKeySpec cipherKey() {
        return material().cipherKey();
    }

    /**
     * For HMAC-SHA-256 commitments.
     *
     * @throws DestroyedKeyException when destroyed
     */
    public SecretKeySpec salt() {
        return material().salt();
    }

    /**
     * Another key, wrapped by this one: RFC 3394 under the derived wrapping key.
     *
     * @param key a multiple of 8 bytes, 16 at least
     * @return 8 bytes more
     * @throws DestroyedKeyException when destroyed
     */
    public byte[] wrap(byte[] key) {
        return KeyWrap.apply(Cipher.ENCRYPT_MODE, material().wrappingKey(), key);
    }

    /**
     * What {@link #wrap} wrapped.
     *
     * @throws DestroyedKeyException when destroyed
     * @throws WrongKeyException when it was not wrapped by this key
     */
    public byte[] unwrap(byte[] wrapped) {
        return KeyWrap.unwrap(material().wrappingKey(), wrapped);
    }

    KeyMaterial material() {
        if (material == null) {
            throw new DestroyedKeyException(owner);
        }
        return material;
    }

    @Override
    public String toString() {
        return "DataKey[" + id + " of " + owner + (destroyed() ? ", destroyed]" : "]");
    }
}
