package dev.hindsight.ops.codec.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Data keys that follow from their owner's name, the same in every run, for tests without a database. */
public final class FixedKeys implements DataKeys {

    private final Map<UUID, DataKey> keys = new ConcurrentHashMap<>();
    private final Set<String> opened = ConcurrentHashMap.newKeySet();

    @Override
    public DataKey openTicket(UUID ticket, @Nullable UUID requester) {
        opened.add(KeyOwner.ticket(ticket));
        return key(KeyOwner.ticket(ticket));
    }

    @Override
    public DataKey ofTicket(UUID ticket) {
        return key(KeyOwner.ticket(ticket));
    }

    @Override
    public DataKey ofPerson(UUID person) {
        return key(KeyOwner.person(person));
    }

    @Override
    public void changeRequester(UUID ticket, @Nullable UUID requester) {
        key(KeyOwner.ticket(ticket));
    }

    @Override
    public DataKey byId(UUID keyId) {
        DataKey key = keys.get(keyId);
        if (key == null) {
            throw new MissingKeyException(keyId.toString());
        }
        return key;
    }

    @Override
    public void prepare(KeyWishes wishes) {
        wishes.persons().forEach(this::ofPerson);
        wishes.requesters().forEach(this::openTicket);
    }

    @Override
    public Map<UUID, DataKey> ofOwners(Collection<String> owners) {
        Map<UUID, DataKey> found = new HashMap<>();
        for (String owner : owners) {
            DataKey key = key(owner);
            found.put(key.id(), key);
        }
        return found;
    }

    @Override
    public Set<String> destroyed(Collection<String> owners) {
        return owners.stream().filter(owner -> key(owner).destroyed()).collect(Collectors.toSet());
    }

    @Override
    public boolean anyDestroyed(Collection<UUID> keyIds) {
        return keyIds.stream().map(this::byId).anyMatch(DataKey::destroyed);
    }

    @Override
    public void forget(String owner) {
        keys.remove(id(owner));
    }

    public void destroy(String owner) {
        keys.put(id(owner), new DataKey(id(owner), owner, null));
    }

    /** The tickets whose key was made by their first event. */
    public Set<String> opened() {
        return new HashSet<>(opened);
    }

    /** An unwrapped key of 32 bytes of key and 32 of salt, for golden vectors. */
    public static DataKey of(UUID id, String owner, byte[] keyAndSalt) {
        return new DataKey(id, owner, new KeyMaterial(keyAndSalt));
    }

    /** The key that wraps others under a key of 32 bytes of key and 32 of salt. */
    public static byte[] wrappingKeyOf(byte[] keyAndSalt) {
        return new KeyMaterial(keyAndSalt).wrappingKey().getEncoded();
    }

    public static byte[] wrap(byte[] wrappingKey, byte[] bytes) {
        return KeyWrap.apply(Cipher.ENCRYPT_MODE, new SecretKeySpec(wrappingKey, "AES"), bytes);
    }

    private DataKey key(String owner) {
        return keys.computeIfAbsent(id(owner), id -> of(id, owner, sha256Twice(owner)));
    }

    private static UUID id(String owner) {
        return UUID.nameUUIDFromBytes(owner.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256Twice(String owner) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] both = new byte[64];
            System.arraycopy(digest.digest(("key of " + owner).getBytes(StandardCharsets.UTF_8)), 0, both, 0, 32);
            System.arraycopy(digest.digest(("salt of " + owner).getBytes(StandardCharsets.UTF_8)), 0, both, 32, 32);
            return both;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
