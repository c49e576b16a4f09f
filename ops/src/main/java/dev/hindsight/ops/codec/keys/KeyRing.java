package dev.hindsight.ops.codec.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.f4b6a3.uuid.UuidCreator;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The data keys in the keys schema, unwrapped ones kept in memory up to a bound. Person and system keys are wrapped by
 * the master key, ticket keys by their requester's or the system's.
 */
public final class KeyRing implements DataKeys {

    private final KeyTable table;
    private final KeyInserter inserter;
    private final MasterKey master;
    private final Cache<UUID, DataKey> byId;
    private final Cache<String, DataKey> byOwner;
    // Counts what was forgotten, so that a key read before does not enter memory after.
    private final AtomicLong forgotten = new AtomicLong();
    private final Map<String, SecretKeySpec> lookupKeys = new ConcurrentHashMap<>();

    private KeyRing(DataSource dataSource, DataSource commands, MasterKey master, int inMemory) {
        this.table = new KeyTable(dataSource, commands);
        this.inserter = new KeyInserter(table);
        this.master = master;
        this.byId = Caffeine.newBuilder().maximumSize(inMemory).build();
        this.byOwner = Caffeine.newBuilder().maximumSize(inMemory).build();
    }

    /** The same where no commands are. */
    public static KeyRing open(DataSource dataSource, MasterKey master, int inMemory) {
        return open(dataSource, dataSource, master, inMemory);
    }

    /**
     * Opens the keys of a migrated database and makes the system's key at the first time.
     *
     * @param dataSource connections of its own, two to four: not the pool that commands take theirs from, since a
     *     command needs a key while it holds a connection
     * @param commands where commands have their transactions: a change of requester is part of its command's
     * @param inMemory how many unwrapped keys are kept; one takes about half a kilobyte
     * @throws WrongKeyException when the database was made with another master key
     */
    public static KeyRing open(DataSource dataSource, DataSource commands, MasterKey master, int inMemory) {
        KeyRing ring = new KeyRing(dataSource, commands, master, inMemory);
        ring.underMaster(KeyOwner.SYSTEM).material();
        return ring;
    }

    /**
     * HMAC-SHA-256 of a value under a secret of its kind in this database: equal values are found without being stored.
     *
     * @param kind a word of ours, such as {@code email}; its secret is made at the first call
     * @param value compared as it is: normalize it before
     * @return 32 bytes
     */
    public byte[] fingerprint(String kind, String value) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(lookupKeys.computeIfAbsent(kind, this::lookupKey));
            return mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HMAC-SHA-256", e);
        }
    }

    @Override
    public DataKey openTicket(UUID ticket, @Nullable UUID requester) {
        String owner = KeyOwner.ticket(ticket);
        DataKey known = byOwner.getIfPresent(owner);
        if (known == null) {
            known = make(owner, wrapper(requester));
        }
        return usable(known);
    }

    @Override
    public DataKey ofTicket(UUID ticket) {
        String owner = KeyOwner.ticket(ticket);
        DataKey key = find(owner);
        if (key == null) {
            throw new MissingKeyException("of " + owner);
        }
        return usable(key);
    }

    @Override
    public DataKey ofPerson(UUID person) {
        return usable(underMaster(KeyOwner.person(person)));
    }

    @Override
    public void changeRequester(UUID ticket, @Nullable UUID requester) {
        DataKey key = ofTicket(ticket);
        DataKey wrapper = wrapper(requester);
        byte[] wrapped = key.material().wrappedUnder(wrapper.material().wrappingKey());
        if (!table.rewrap(key.id(), wrapper.id(), wrapped)) {
            forget(key.owner());
            forget(wrapper.owner());
            throw new DestroyedKeyException(key.owner() + " or of whom wraps it");
        }
    }

    @Override
    public DataKey byId(UUID keyId) {
        DataKey known = byId.getIfPresent(keyId);
        if (known != null) {
            return known;
        }
        long before = forgotten.get();
        KeyTable.Row row = table.byId(keyId);
        if (row == null) {
            throw new MissingKeyException(keyId.toString());
        }
        return remember(unwrap(row, before), before);
    }

    @Override
    public void prepare(KeyWishes wishes) {
        List<String> persons = wishes.persons().stream().map(KeyOwner::person).toList();
        prefetch(persons);
        makeAll(persons.stream().filter(o -> byOwner.getIfPresent(o) == null).toList(), Map.of());
        Map<String, DataKey> wrappers = new HashMap<>();
        wishes.requesters().forEach((ticket, requester) -> {
            String owner = KeyOwner.ticket(ticket);
            if (byOwner.getIfPresent(owner) == null) {
                wrappers.put(owner, wrapper(requester));
            }
        });
        makeAll(wrappers.keySet(), wrappers);
    }

    @Override
    public Map<UUID, DataKey> ofOwners(Collection<String> owners) {
        Map<UUID, DataKey> keys = HashMap.newHashMap(owners.size());
        List<String> missing = new ArrayList<>();
        for (String owner : owners) {
            DataKey known = byOwner.getIfPresent(owner);
            if (known == null) {
                missing.add(owner);
            } else {
                keys.put(known.id(), known);
            }
        }
        if (!missing.isEmpty()) {
            long before = forgotten.get();
            table.byOwners(missing).forEach(row -> keys.put(row.id(), unwrap(row, before)));
        }
        return keys;
    }

    @Override
    public Set<String> destroyed(Collection<String> owners) {
        return owners.isEmpty()
                ? Set.of()
                : table.byOwners(owners).stream()
                        .filter(KeyTable.Row::destroyed)
                        .map(KeyTable.Row::owner)
                        .collect(Collectors.toSet());
    }

    @Override
    public boolean anyDestroyed(Collection<UUID> keyIds) {
        return table.byIds(keyIds).stream().anyMatch(KeyTable.Row::destroyed);
    }

    /** Brings the keys of these owners into memory with one query. */
    private void prefetch(Collection<String> owners) {
        List<String> missing =
                owners.stream().filter(o -> byOwner.getIfPresent(o) == null).toList();
        if (missing.isEmpty()) {
            return;
        }
        long before = forgotten.get();
        table.byOwners(missing).forEach(row -> remember(unwrap(row, before), before));
    }

    @Override
    public void forget(String owner) {
        forgotten.incrementAndGet();
        drop(byOwner, owner);
        for (KeyTable.Row row : table.under(owner)) {
            drop(byId, row.id());
            drop(byOwner, row.owner());
        }
    }

    /** What is destroyed stays so: while a person is forgotten, each of their events asks for such a key. */
    private static <K> void drop(Cache<K, DataKey> cache, K key) {
        cache.asMap().computeIfPresent(key, (id, known) -> known.destroyed() ? known : null);
    }

    private DataKey wrapper(@Nullable UUID requester) {
        return requester == null ? usable(underMaster(KeyOwner.SYSTEM)) : ofPerson(requester);
    }

    private DataKey underMaster(String owner) {
        DataKey key = find(owner);
        return key != null ? key : make(owner, null);
    }

    /** In memory, or else in the table; null when there is none. */
    private @Nullable DataKey find(String owner) {
        DataKey known = byOwner.getIfPresent(owner);
        if (known != null) {
            return known;
        }
        long before = forgotten.get();
        List<KeyTable.Row> rows = table.byOwners(List.of(owner));
        return rows.isEmpty() ? null : remember(unwrap(rows.getFirst(), before), before);
    }

    /** @param wrapper null for the master key */
    private DataKey make(String owner, @Nullable DataKey wrapper) {
        long before = forgotten.get();
        KeyMaterial material = KeyMaterial.random();
        KeyTable.NewKey candidate = candidate(owner, material, wrapper);
        if (inserter.insert(candidate)) {
            return remember(new DataKey(candidate.id(), owner, material), before);
        }
        return existing(owner);
    }

    private void makeAll(Collection<String> owners, Map<String, DataKey> wrappers) {
        if (owners.isEmpty()) {
            return;
        }
        long before = forgotten.get();
        Map<UUID, DataKey> made = new HashMap<>();
        List<KeyTable.NewKey> candidates = new ArrayList<>();
        for (String owner : owners.stream().sorted().toList()) {
            KeyMaterial material = KeyMaterial.random();
            KeyTable.NewKey candidate = candidate(owner, material, wrappers.get(owner));
            candidates.add(candidate);
            made.put(candidate.id(), new DataKey(candidate.id(), owner, material));
        }
        for (UUID id : table.insert(Collections.unmodifiableList(candidates))) {
            DataKey key = made.remove(id);
            if (key != null) {
                remember(key, before);
            }
        }
        prefetch(made.values().stream().map(DataKey::owner).toList());
    }

    private KeyTable.NewKey candidate(String owner, KeyMaterial material, @Nullable DataKey wrapper) {
        SecretKeySpec wrapping =
                wrapper == null ? master.wrappingKey() : wrapper.material().wrappingKey();
        return new KeyTable.NewKey(
                UuidCreator.getTimeOrderedEpochPlus1(),
                owner,
                wrapper == null ? null : wrapper.id(),
                material.wrappedUnder(wrapping));
    }

    private DataKey existing(String owner) {
        DataKey key = find(owner);
        if (key == null) {
            throw new IllegalStateException("the key of " + owner + " neither could be stored nor is there");
        }
        return key;
    }

    /** @param before how often was forgotten before the row was read */
    private DataKey unwrap(KeyTable.Row row, long before) {
        byte[] wrapped = row.wrapped();
        if (wrapped == null) {
            return new DataKey(row.id(), row.owner(), null);
        }
        if (row.wrappedBy() == null) {
            return new DataKey(row.id(), row.owner(), new KeyMaterial(KeyWrap.unwrap(master.wrappingKey(), wrapped)));
        }
        DataKey wrapper = wrapperOf(row, before);
        if (wrapper.destroyed()) {
            return new DataKey(row.id(), row.owner(), null);
        }
        return new DataKey(
                row.id(),
                row.owner(),
                new KeyMaterial(KeyWrap.unwrap(wrapper.material().wrappingKey(), wrapped)));
    }

    /** The row brings its wrapper with it, so that a batch of tickets costs one query however many requesters. */
    private DataKey wrapperOf(KeyTable.Row row, long before) {
        UUID id = row.wrappedBy();
        String owner = row.wrapperOwner();
        if (id == null || owner == null) {
            throw new MissingKeyException("%s, which wraps the one of %s".formatted(id, row.owner()));
        }
        byte[] wrapped = row.wrapperWrapped();
        if (wrapped == null) {
            return new DataKey(id, owner, null);
        }
        DataKey known = byId.getIfPresent(id);
        if (known != null && !known.destroyed()) {
            return known;
        }
        return remember(new DataKey(id, owner, new KeyMaterial(KeyWrap.unwrap(master.wrappingKey(), wrapped))), before);
    }

    private DataKey remember(DataKey key, long before) {
        if (key.destroyed() || forgotten.get() == before) {
            byId.put(key.id(), key);
            byOwner.put(key.owner(), key);
            if (!key.destroyed() && forgotten.get() != before) {
                drop(byId, key.id());
                drop(byOwner, key.owner());
            }
        }
        return key;
    }

    private static DataKey usable(DataKey key) {
        key.material();
        return key;
    }

    private SecretKeySpec lookupKey(String name) {
        byte[] candidate = new byte[DataKey.BYTES];
        new SecureRandom().nextBytes(candidate);
        byte[] stored = table.lookupKey(name, KeyWrap.apply(Cipher.ENCRYPT_MODE, master.wrappingKey(), candidate));
        return new SecretKeySpec(KeyWrap.unwrap(master.wrappingKey(), stored), "HmacSHA256");
    }
}
