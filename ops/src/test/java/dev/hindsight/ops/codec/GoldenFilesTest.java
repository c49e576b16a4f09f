package dev.hindsight.ops.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.people.OrganizationEvent;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.ops.codec.keys.FixedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.Test;

/**
 * What was stored once stays readable for ever. Each stored name and revision has a file with the exact bytes, and
 * {@link GoldenManifest} the file's hash, so that neither can change unnoticed. A run with
 * {@code -Dhindsight.golden.add=true} writes files that are missing, and never touches one that is there.
 */
class GoldenFilesTest {

    private static final Path FILES =
            Path.of(System.getProperty("hindsight.root", ".."), "ops/src/test/resources/golden");
    private static final List<Class<?>> FAMILIES = List.of(
            TicketEvent.class,
            PersonEvent.class,
            OrganizationEvent.class,
            ConfigurationEvent.class,
            OperationsEvent.class);
    private static final Envelope ENVELOPE = new Envelope(
            new Envelope.Actor(
                    ActorKind.AGENT,
                    UUID.fromString("0193a000-0000-7000-8000-00000000b001"),
                    List.of("agent", "auditor")),
            "front-end",
            UUID.fromString("0193a000-0000-7000-8000-00000000a001"),
            "c-1",
            "c-0",
            "b-1",
            "r-1",
            "API",
            new Envelope.Rule("close-after-7-days", 3),
            Envelope.TENANT,
            "0.1.0",
            new Envelope.ImportedRow(
                    UUID.fromString("0193a000-0000-7000-8000-00000000e001"), "servicenow", 2, 1_000_000_000_000L));
    private static final Envelope SHORTEST_ENVELOPE = new Envelope(
            new Envelope.Actor(ActorKind.SYSTEM, null, List.of()),
            null,
            null,
            "c-1",
            "c-1",
            "c-1",
            null,
            "API",
            null,
            Envelope.TENANT,
            "0.1.0",
            null);

    private final FixedKeys keys = new FixedKeys();

    @Test
    void everyEventHasAStoredNameAndAGoldenEvent() {
        Set<Class<?>> records =
                FAMILIES.stream().flatMap(GoldenFilesTest::records).collect(Collectors.toSet());
        assertThat(EventNames.current().kinds().stream().map(EventKind::type))
                .as("EventNames.current() against the sealed families of the domain")
                .containsExactlyInAnyOrderElementsOf(records.stream()
                        .<Class<? extends Event>>map(type -> type.asSubclass(Event.class))
                        .toList());
        assertThat(GoldenEvents.all().stream().map(Object::getClass))
                .as("GoldenEvents has one event of every kind")
                .containsExactlyInAnyOrderElementsOf(records);
    }

    @Test
    void eventsAreStoredByteForByteAsTheGoldenFilesSay() throws IOException {
        for (Event event : GoldenEvents.all()) {
            StoredEvent stored = codec(event).encode(event);
            assertThat(new String(golden(file(stored), stored.payload()), UTF_8))
                    .as(file(stored))
                    .isEqualTo(new String(stored.payload(), UTF_8));
        }
    }

    @Test
    void goldenFilesReadAsTheEventsThatTheyWere() throws IOException {
        for (Event event : GoldenEvents.all()) {
            EventCodec codec = codec(event);
            StoredEvent stored = codec.encode(event);
            assertThat(codec.verify(stored.name(), stored.revision(), golden(file(stored), stored.payload())))
                    .isEqualTo(event);
        }
    }

    @Test
    void theEnvelopeIsStoredAsItsGoldenFilesSay() throws IOException {
        MetadataCodec codec = new MetadataCodec();
        for (var each : Map.of(
                        "full",
                        ENVELOPE,
                        "shortest",
                        SHORTEST_ENVELOPE,
                        "traced",
                        SHORTEST_ENVELOPE.tracedBy("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
                .entrySet()) {
            byte[] stored =
                    codec.encode(MetaData.with(Envelope.KEY, each.getValue()).and("traceId", "not stored"));
            byte[] golden = golden("metadata/envelope-" + each.getKey() + ".1.json", stored);
            assertThat(new String(stored, UTF_8)).isEqualTo(new String(golden, UTF_8));
            assertThat(codec.decode(golden)).isEqualTo(MetaData.with(Envelope.KEY, each.getValue()));
        }
    }

    @Test
    void noGoldenFileWasChangedRemovedOrLeftOutOfTheManifest() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = FILES.relativize(file).toString().replace('\\', '/');
                found.put(name, sha256(Files.readAllBytes(file)));
            }
        }
        found.keySet().retainAll(ours(found.keySet()));
        assertThat(found)
                .as("GoldenManifest: add a line for a new file, never change one; the files say\n%s", lines(found))
                .isEqualTo(GoldenManifest.HASHES);
    }

    private EventCodec codec(Event event) {
        // A nonce of its own for each golden event, the same for ever.
        byte[] nonce = Arrays.copyOf(digest(event.getClass().getSimpleName().getBytes(UTF_8)), Seal.NONCE_BYTES);
        return new EventCodec(EventNames.current(), keys, nonce::clone);
    }

    private static String file(StoredEvent stored) {
        return "events/" + stored.name() + "." + stored.revision() + ".json";
    }

    private static byte[] golden(String name, byte[] stored) throws IOException {
        Path file = FILES.resolve(name);
        if (Files.notExists(file)) {
            if (!Boolean.getBoolean("hindsight.golden.add")) {
                fail(
                        "%s is missing: run this test with -Dhindsight.golden.add=true, look at the file, and add its"
                                + " line to GoldenManifest",
                        name);
            }
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.write(file, stored);
        }
        return Files.readAllBytes(file);
    }

    /** Other golden folders (of read models) may stand beside ours. */
    private static Set<String> ours(Set<String> names) {
        return names.stream()
                .filter(name ->
                        name.startsWith("events/") || name.startsWith("metadata/") || name.equals("encryption.json"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Class<?>> records(Class<?> type) {
        Class<?>[] permitted = type.getPermittedSubclasses();
        return permitted == null ? Stream.of(type) : Arrays.stream(permitted).flatMap(GoldenFilesTest::records);
    }

    private static String lines(Map<String, String> hashes) {
        return hashes.entrySet().stream()
                .map(each -> each.getValue() + "  " + each.getKey())
                .collect(Collectors.joining("\n"));
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest(bytes));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
