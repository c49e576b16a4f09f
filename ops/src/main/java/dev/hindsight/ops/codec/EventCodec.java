package dev.hindsight.ops.codec;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.ticket.TellsRequester;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.ops.codec.keys.DataKey;
import dev.hindsight.ops.codec.keys.DataKeys;
import dev.hindsight.ops.codec.keys.KeyOwner;
import dev.hindsight.ops.codec.keys.KeyWishes;
import dev.hindsight.projections.readmodel.EventForms;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns events into their stored form and back, as ops/docs/formats.md defines it. Encoding makes and commits the keys
 * it needs through {@link DataKeys}, before the event itself is written. Safe for concurrent use.
 *
 * <p>Decoding throws {@link UnknownEventException} for what a newer version wrote, {@link MalformedEventException} for
 * bytes of another form, {@link TamperedContentException} for sealed content that does not authenticate, and
 * {@link dev.hindsight.ops.codec.keys.MissingKeyException} for a key that never was; a destroyed key is no error.
 */
public final class EventCodec {

    private static final String SEALED = "sealed";

    private final EventNames names;
    private final @Nullable DataKeys keys;
    private final NonceSource nonces;
    private final JsonFactory json = new JsonFactory();
    private final JsonMapper trees = new JsonMapper(json);

    public EventCodec(EventNames names, DataKeys keys) {
        this(names, keys, NonceSource.random());
    }

    /** For {@link #decodeWithoutPersonal}, where keys are not to be had. */
    public static EventCodec withoutKeys(EventNames names) {
        return new EventCodec(names, null, NonceSource.random());
    }

    EventCodec(EventNames names, @Nullable DataKeys keys, NonceSource nonces) {
        this.names = names;
        this.keys = keys;
        this.nonces = nonces;
    }

    /**
     * Makes the keys of all these events at once: a bulk writer calls it before it encodes them one by one.
     *
     * @throws dev.hindsight.ops.codec.keys.DestroyedKeyException when one belongs to an erased person
     */
    public void prepare(Collection<? extends Event> events) {
        KeyWishes wishes = new KeyWishes();
        for (Event event : events) {
            switch (event) {
                case TicketOpened e -> wishes.ticket(e.ticketId(), e.requesterId());
                case TicketImported e -> wishes.ticket(e.ticketId(), e.requesterId());
                case PersonRegistered e -> wishes.person(e.personId());
                default -> {}
            }
        }
        keys().prepare(wishes);
    }

    /** The keys of these streams, fetched at once: for a bulk reader, before it decodes their events one by one. */
    public Map<UUID, DataKey> keysOf(Collection<String> streams) {
        return keys().ofOwners(streams.stream()
                .map(KeyOwner::ofStream)
                .filter(Objects::nonNull)
                .toList());
    }

    /** The stored names of all events of a kind. */
    public Set<String> namesOf(Class<? extends Event> kind) {
        return names.kinds().stream()
                .filter(its -> kind.isAssignableFrom(its.type()))
                .map(EventKind::name)
                .collect(Collectors.toSet());
    }

    /** Those of these streams whose keys are destroyed at this moment, whatever is still in memory. */
    public Set<String> ended(Collection<String> streams) {
        Map<String, String> owners = new HashMap<>();
        for (String stream : streams) {
            String owner = KeyOwner.ofStream(stream);
            if (owner != null) {
                owners.put(owner, stream);
            }
        }
        return keys().destroyed(owners.keySet()).stream().map(owners::get).collect(Collectors.toSet());
    }

    /** Drops the key of this stream and those wrapped by it from memory: they may have been destroyed. */
    public void forgetKey(String stream) {
        String owner = KeyOwner.ofStream(stream);
        if (owner != null) {
            keys().forget(owner);
        }
    }

    /**
     * The stored form of an event.
     *
     * @throws IllegalArgumentException when it has no stored name, a component that must not be null is, or an instant
     *     is finer than microseconds
     * @throws dev.hindsight.ops.codec.keys.DestroyedKeyException when its ticket's or person's content was erased
     * @throws dev.hindsight.ops.codec.keys.MissingKeyException when its ticket was never opened
     */
    public StoredEvent encode(Event event) {
        EventKind kind = names.of(event.getClass());
        RecordForm form = kind.form();
        @Nullable Object[] values = form.values(event);
        DataKey opened = prepareKey(event);
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            form.writePlain(out, values);
            if (form.hasPersonalContent(values)) {
                DataKey key = opened != null ? opened : keyOf(event);
                byte[] binding = Seal.binding(kind.name(), kind.revisionText(), event.streamId(), key.id());
                write(out, Seal.seal(key, nonces.next(), binding, personalBytes(form, values)));
            }
            out.writeEndObject();
        }
        return new StoredEvent(kind.name(), kind.revisionText(), bytes.toByteArray());
    }

    /** The event, its personal components opened or, where their key was destroyed, erased. */
    public Event decode(String name, String revision, byte[] payload) {
        return decodeWith(name, revision, payload, keys()::byId);
    }

    /**
     * The same with keys that the caller has.
     *
     * @param fetched as {@link #keysOf} gave them; others are looked up
     */
    public Event decode(String name, String revision, byte[] payload, Map<UUID, DataKey> fetched) {
        return decodeWith(name, revision, payload, id -> {
            DataKey known = fetched.get(id);
            return known == null ? keys().byId(id) : known;
        });
    }

    /** The event without touching any key: personal components read as erased wherever something is sealed. */
    public Event decodeWithoutPersonal(String name, String revision, byte[] payload) {
        return decodeWith(name, revision, payload, null);
    }

    /**
     * Like {@link #decode}, and recomputes the commitment.
     *
     * @throws TamperedContentException when the commitment is not to the sealed content; cannot be told where the key
     *     was destroyed
     */
    public Event verify(String name, String revision, byte[] payload) {
        Event event = decode(name, revision, payload);
        ObjectNode stored = stored(payload);
        Seal seal = seal(stored);
        if (seal != null) {
            DataKey key = keys().byId(seal.keyId());
            if (!key.destroyed()) {
                byte[] binding = Seal.binding(name, revision, event.streamId(), seal.keyId());
                seal.verifyCommitment(key, binding, seal.open(key, binding));
            }
        }
        return event;
    }

    /**
     * What a stored event has sealed.
     *
     * @param key whose salt shows that the plain text is what was committed to
     * @param plaintext UTF-8 JSON, as it was sealed
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Opened(DataKey key, byte[] plaintext) {}

    /**
     * The sealed part of a stored event of any revision, opened; empty where nothing is sealed or its key was destroyed.
     *
     * @param fetched as {@link #keysOf} gave them; others are looked up
     * @throws TamperedContentException when it does not open
     */
    public Optional<Opened> opened(
            String name, String revision, String stream, byte[] payload, Map<UUID, DataKey> fetched) {
        Seal seal = seal(stored(payload));
        if (seal == null) {
            return Optional.empty();
        }
        DataKey known = fetched.get(seal.keyId());
        DataKey key = known == null ? keys().byId(seal.keyId()) : known;
        return key.destroyed()
                ? Optional.empty()
                : Optional.of(new Opened(key, seal.open(key, Seal.binding(name, revision, stream, seal.keyId()))));
    }

    /** The stored JSON as it is, sealed content sealed. */
    public ObjectNode stored(byte[] payload) {
        try {
            if (trees.readTree(payload) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new MalformedEventException("stored event is not JSON", e);
        }
        throw new MalformedEventException("stored event is not a JSON object", null);
    }

    /** The latest revision's JSON of an event with personal components open: for people who may read it all. */
    public ObjectNode open(Event event) {
        return stored(openForm(event).data());
    }

    /** The same as it is told outside, under its stored name. */
    public EventForms.Form openForm(Event event) {
        EventKind kind = names.of(event.getClass());
        RecordForm form = kind.form();
        @Nullable Object[] values = form.values(event);
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            form.writePlain(out, values);
            form.writePersonal(out, values);
            out.writeEndObject();
        }
        return new EventForms.Form(kind.name(), kind.revision(), bytes.toByteArray());
    }

    EventNames names() {
        return names;
    }

    private DataKeys keys() {
        return Objects.requireNonNull(keys, "a codec without keys opens and seals nothing");
    }

    private @Nullable DataKey prepareKey(Event event) {
        return switch (event) {
            case TicketOpened e -> keys().openTicket(e.ticketId(), e.requesterId());
            case TicketImported e -> keys().openTicket(e.ticketId(), e.requesterId());
            case TellsRequester e
            when e.tellsRequester() -> {
                keys().changeRequester(e.ticketId(), e.requesterId());
                yield null;
            }
            case PersonRegistered e -> keys().ofPerson(e.personId());
            default -> null;
        };
    }

    private DataKey keyOf(Event event) {
        return switch (event) {
            case TicketEvent e -> keys().ofTicket(e.ticketId());
            case PersonEvent e -> keys().ofPerson(e.personId());
            default -> throw new IllegalStateException(event.getClass() + " has personal data outside its streams");
        };
    }

    private byte[] personalBytes(RecordForm form, @Nullable Object[] values) {
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            form.writePersonal(out, values);
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** @param source of keys; null to open nothing */
    private Event decodeWith(String name, String revision, byte[] payload, @Nullable Function<UUID, DataKey> source) {
        EventKind kind = names.find(name, revision);
        try {
            @Nullable
            Object[] values = kind.revisionText().equals(revision)
                    ? read(kind, payload, source)
                    : readOlder(kind, revision, payload, source);
            return (Event) kind.form().construct(values);
        } catch (MalformedEventException e) {
            throw new MalformedEventException("%s %s: %s".formatted(name, revision, e.getMessage()), e);
        } catch (JacksonException e) {
            throw new MalformedEventException("%s %s is not JSON".formatted(name, revision), e);
        }
    }

    private @Nullable Object[] read(EventKind kind, byte[] payload, @Nullable Function<UUID, DataKey> source) {
        RecordForm form = kind.form();
        @Nullable Object[] values = form.emptyValues();
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), payload)) {
            startObject(in);
            String foreign = form.readPlain(in, values);
            if (foreign == null) {
                form.leavePersonalEmpty(values);
            } else if (!foreign.equals(SEALED) || !form.hasPersonal()) {
                throw new MalformedEventException("unknown member " + foreign, null);
            } else {
                if (source != null) {
                    open(kind, kind.revisionText(), readSeal(in), source, values);
                } else {
                    in.nextToken();
                    in.skipChildren();
                    form.erasePersonal(values);
                }
                endObject(in);
            }
            endInput(in);
        }
        return values;
    }

    private void open(
            EventKind kind, String revision, Seal seal, Function<UUID, DataKey> source, @Nullable Object[] values) {
        DataKey key = source.apply(seal.keyId());
        if (key.destroyed()) {
            kind.form().erasePersonal(values);
            return;
        }
        byte[] opened = seal.open(key, Seal.binding(kind.name(), revision, kind.streamId(values), seal.keyId()));
        readPersonal(kind.form(), opened, values);
    }

    private void readPersonal(RecordForm form, byte[] opened, @Nullable Object[] values) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), opened)) {
            startObject(in);
            form.readPersonal(in, values);
            endInput(in);
        }
    }

    /** The slow way through trees: opened first, then lifted revision by revision, then read as the current one. */
    private @Nullable Object[] readOlder(
            EventKind kind, String revision, byte[] payload, @Nullable Function<UUID, DataKey> source) {
        RecordForm form = kind.form();
        ObjectNode plain = stored(payload);
        Seal seal = seal(plain);
        plain.remove(SEALED);
        ObjectNode personal = trees.createObjectNode();
        boolean erased = false;
        if (seal != null) {
            DataKey key = source == null ? null : source.apply(seal.keyId());
            erased = key == null || key.destroyed();
            if (key != null && !erased) {
                String stream = kind.streamOf(plain);
                personal = stored(seal.open(key, Seal.binding(kind.name(), revision, stream, seal.keyId())));
            }
        }
        kind.upcast(revision, plain, personal);
        @Nullable Object[] values = form.emptyValues();
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), trees.writeValueAsBytes(plain))) {
            startObject(in);
            String foreign = form.readPlain(in, values);
            if (foreign != null) {
                throw new MalformedEventException("unknown member " + foreign, null);
            }
        }
        if (erased) {
            form.erasePersonal(values);
        } else if (personal.isEmpty()) {
            form.leavePersonalEmpty(values);
        } else {
            readPersonal(form, trees.writeValueAsBytes(personal), values);
        }
        return values;
    }

    private static void write(JsonGenerator out, Seal seal) {
        out.writeName(SEALED);
        out.writeStartObject();
        out.writeName("key");
        out.writeString(seal.keyId().toString());
        out.writeName("nonce");
        out.writeBinary(seal.nonce());
        out.writeName("ciphertext");
        out.writeBinary(seal.ciphertext());
        out.writeName("commitment");
        out.writeBinary(seal.commitment());
        out.writeEndObject();
    }

    private static Seal readSeal(JsonParser in) {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedEventException("sealed is not an object", null);
        }
        UUID key = null;
        byte[] nonce = null;
        byte[] ciphertext = null;
        byte[] commitment = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            if (in.nextToken() != JsonToken.VALUE_STRING) {
                throw new MalformedEventException("sealed." + name + " is not a text", null);
            }
            switch (name) {
                case "key" -> key = (UUID) new ValueForm.Id().read(in);
                case "nonce" -> nonce = in.getBinaryValue();
                case "ciphertext" -> ciphertext = in.getBinaryValue();
                case "commitment" -> commitment = in.getBinaryValue();
                default -> throw new MalformedEventException("unknown member sealed." + name, null);
            }
        }
        if (key == null || nonce == null || ciphertext == null || commitment == null) {
            throw new MalformedEventException("sealed lacks a member", null);
        }
        return new Seal(key, nonce, ciphertext, commitment);
    }

    private @Nullable Seal seal(ObjectNode stored) {
        JsonNode sealed = stored.get(SEALED);
        if (sealed == null) {
            return null;
        }
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), trees.writeValueAsBytes(sealed))) {
            return readSeal(in);
        }
    }

    private static void startObject(JsonParser in) {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedEventException("no JSON object", null);
        }
    }

    private static void endObject(JsonParser in) {
        if (in.nextToken() != JsonToken.END_OBJECT) {
            throw new MalformedEventException("members after sealed", null);
        }
    }

    private static void endInput(JsonParser in) {
        if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
            throw new MalformedEventException("something follows the JSON object", null);
        }
    }
}
