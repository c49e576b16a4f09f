package dev.hindsight.ops.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.ticket.TicketEvent.CustomFieldChanged;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketCategorized;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.ops.codec.keys.FixedKeys;
import dev.hindsight.ops.codec.keys.KeyOwner;
import dev.hindsight.ops.codec.keys.MissingKeyException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class EventCodecTest {

    private static final UUID TICKET = UUID.fromString("01930000-0000-7000-8000-000000000001");
    private static final UUID MESSAGE = UUID.fromString("01930000-0000-7000-8000-000000000002");
    private static final Instant AT = Instant.parse("2026-11-21T03:51:17.000001Z");
    private static final JsonMapper JSON = new JsonMapper();

    private final FixedKeys keys = new FixedKeys();
    private final EventCodec codec = new EventCodec(EventNames.current(), keys);

    @Test
    void randomEventsOfEveryKindComeBackAsTheyWere() {
        RandomEvents random = new RandomEvents(20_261_121);
        for (EventKind kind : EventNames.current().kinds()) {
            for (int i = 0; i < 200; i++) {
                Event event = random.event(kind.type());
                StoredEvent stored = codec.encode(event);
                assertThat(stored.name()).isEqualTo(kind.name());
                assertThat(codec.verify(stored.name(), stored.revision(), stored.payload()))
                        .isEqualTo(event);
            }
        }
    }

    @Test
    void whatIsUnknownIsStoredAsNullAndNeverAbsent() {
        StoredEvent stored = codec.encode(new TicketCategorized(TICKET, AT, null, "network"));
        assertThat(text(stored)).isEqualTo("""
                        {"ticketId":"01930000-0000-7000-8000-000000000001","at":"2026-11-21T03:51:17.000001Z",\
                        "from":null,"category":"network"}""");
    }

    @Test
    void personalContentStandsNowhereInTheStoredBytes() {
        StoredEvent stored = codec.encode(note("the secret of Ana"));
        assertThat(text(stored)).contains("\"sealed\":{\"key\":").doesNotContain("secret", "Ana", "body");
    }

    @Test
    void eventsWithoutPersonalContentHaveNothingSealed() {
        TicketImported unknown = new TicketImported(
                TICKET,
                AT,
                1,
                "servicenow",
                "INC1",
                "INCIDENT",
                null,
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                Map.of(),
                "IMPORT");
        StoredEvent stored = codec.encode(unknown);
        assertThat(text(stored)).doesNotContain("sealed");
        assertThat(decode(stored)).isEqualTo(unknown);
        assertThat(keys.opened()).contains(KeyOwner.ticket(TICKET));
    }

    @Test
    void withADestroyedKeyTextsReadAsErasedAndMapsAsEmpty() {
        StoredEvent note = codec.encode(note("body"));
        StoredEvent imported = codec.encode(new TicketImported(
                TICKET,
                AT,
                1,
                "servicenow",
                "INC1",
                "INCIDENT",
                null,
                false,
                null,
                1,
                2,
                "P2",
                "m-1",
                null,
                null,
                Map.of(),
                Map.of("symptom", "smoke"),
                "IMPORT"));
        keys.destroy(KeyOwner.ticket(TICKET));
        assertThat(decode(note)).isEqualTo(note(Personal.ERASED));
        assertThat(decode(imported))
                .isEqualTo(new TicketImported(
                        TICKET,
                        AT,
                        1,
                        "servicenow",
                        "INC1",
                        "INCIDENT",
                        Personal.ERASED,
                        false,
                        null,
                        1,
                        2,
                        "P2",
                        "m-1",
                        null,
                        null,
                        Map.of(),
                        Map.of(),
                        "IMPORT"));
    }

    @Test
    void readersWithoutNeedForPersonalDataTouchNoKey() {
        StoredEvent stored = codec.encode(note("body"));
        keys.forget(KeyOwner.ticket(TICKET));
        assertThat(codec.decodeWithoutPersonal(stored.name(), stored.revision(), stored.payload()))
                .isEqualTo(note(Personal.ERASED));
    }

    @Test
    void aMissingKeyIsAnErrorAndNoErasure() {
        StoredEvent stored = codec.encode(note("body"));
        keys.forget(KeyOwner.ticket(TICKET));
        assertThatThrownBy(() -> decode(stored)).isInstanceOf(MissingKeyException.class);
    }

    @Test
    void everyChangeOfSealedBytesIsNoticed() {
        StoredEvent stored = codec.encode(note("body"));
        for (String member : List.of("nonce", "ciphertext", "commitment")) {
            int bytes = sealed(stored, member).length;
            for (int i = 0; i < bytes; i++) {
                byte[] changed = sealed(stored, member);
                changed[i] ^= 1;
                assertThatThrownBy(() -> decode(with(stored, member, changed)))
                        .as("%s byte", member)
                        .isInstanceOf(TamperedContentException.class);
            }
            assertThatThrownBy(() -> decode(with(stored, member, new byte[0])))
                    .isInstanceOf(TamperedContentException.class);
        }
    }

    @Test
    void sealedContentOpensInItsOwnStreamUnderItsOwnNameAndKeyOnly() {
        StoredEvent stored = codec.encode(note("body"));
        assertThatThrownBy(() -> decode(replaced(stored, TICKET.toString(), MESSAGE.toString())))
                .isInstanceOf(TamperedContentException.class);
        assertThatThrownBy(() -> codec.decode("ticket.public-reply-added", "1", stored.payload()))
                .isInstanceOf(TamperedContentException.class);
        String own = keys.ofTicket(TICKET).id().toString();
        String other = keys.ofTicket(MESSAGE).id().toString();
        assertThatThrownBy(() -> decode(replaced(stored, own, other))).isInstanceOf(TamperedContentException.class);
    }

    @Test
    void aCommitmentToAnotherTextIsFoundByVerification() {
        byte[] binding = Seal.binding(
                "ticket.internal-note-added",
                "1",
                "ticket-" + TICKET,
                keys.ofTicket(TICKET).id());
        Seal seal = Seal.seal(keys.ofTicket(TICKET), new byte[12], binding, "a".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() ->
                        seal.verifyCommitment(keys.ofTicket(TICKET), binding, "b".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(TamperedContentException.class);
    }

    @Test
    void unknownNamesAndNewerRevisionsAreNamed() {
        StoredEvent stored = codec.encode(new TagAdded(TICKET, AT, "vip"));
        assertThatThrownBy(() -> codec.decode("ticket.teleported", "1", stored.payload()))
                .isInstanceOfSatisfying(UnknownEventException.class, e -> {
                    assertThat(e.name()).isEqualTo("ticket.teleported");
                    assertThat(e.revision()).isEqualTo("1");
                });
        assertThatThrownBy(() -> codec.decode("ticket.tag-added", "2", stored.payload()))
                .isInstanceOf(UnknownEventException.class);
    }

    @Test
    void bytesOfAnotherFormAreRefused() {
        String good = text(codec.encode(new TagAdded(TICKET, AT, "vip")));
        for (String bad : List.of(
                "",
                "[]",
                "{}",
                "null",
                good + "{}",
                good.replace("\"vip\"", "null"),
                good.replace("\"vip\"", "7"),
                good.replace(",\"tag\":\"vip\"", ""),
                good.replace("\"tag\"", "\"label\""),
                good.replace("}", ",\"more\":1}"),
                good.replace("}", ",\"sealed\":{}}"),
                good.replace(".000001Z", "Z"),
                good.replace("-11-21T", "-13-21T"),
                good.replace(TICKET.toString(), "1-2-3-4-5"),
                good.substring(0, good.length() - 1))) {
            assertThatThrownBy(() -> codec.decode("ticket.tag-added", "1", bad.getBytes(StandardCharsets.UTF_8)))
                    .as(bad)
                    .isInstanceOf(MalformedEventException.class);
        }
    }

    @Test
    void membersInAnotherOrderReadTheSame() {
        String swapped = "{\"tag\":\"vip\",\"at\":\"2026-11-21T03:51:17.000001Z\",\"ticketId\":\"" + TICKET + "\"}";
        assertThat(codec.decode("ticket.tag-added", "1", swapped.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new TagAdded(TICKET, AT, "vip"));
    }

    @Test
    void whatCouldNotComeBackAsItWasIsNotWritten() {
        assertThatThrownBy(() -> codec.encode(new TagAdded(TICKET, AT.plusNanos(1), "vip")))
                .hasMessageContaining("finer than the microseconds");
        Instant year10000 = Instant.parse("+10000-01-01T00:00:00Z");
        assertThatThrownBy(() -> codec.encode(new TagAdded(TICKET, year10000, "vip")))
                .hasMessageContaining("outside the years");
    }

    @Test
    void theOpenFormShowsPersonalComponentsForThoseWhoMayReadThem() {
        StoredEvent stored = codec.encode(new CustomFieldChanged(TICKET, AT, "room", null, "by the window"));
        assertThat(codec.open(decode(stored)).toString()).isEqualTo("""
                        {"ticketId":"01930000-0000-7000-8000-000000000001","at":"2026-11-21T03:51:17.000001Z",\
                        "field":"room","value":null,"text":"by the window"}""");
        assertThat(codec.stored(stored.payload()).has("sealed")).isTrue();
    }

    @Test
    void aPersonsEventsAreSealedUnderThePersonsKey() {
        StoredEvent stored = codec.encode(new PersonRegistered(TICKET, AT, "Ana", null, null, null, null, null));
        assertThat(text(stored)).contains(keys.ofPerson(TICKET).id().toString());
    }

    private static Event note(String body) {
        return new InternalNoteAdded(TICKET, AT, MESSAGE, null, body);
    }

    private Event decode(StoredEvent stored) {
        return codec.decode(stored.name(), stored.revision(), stored.payload());
    }

    private static String text(StoredEvent stored) {
        return new String(stored.payload(), StandardCharsets.UTF_8);
    }

    private static byte[] sealed(StoredEvent stored, String member) {
        return JSON.readTree(stored.payload()).path("sealed").path(member).binaryValue();
    }

    private static StoredEvent with(StoredEvent stored, String member, byte[] value) {
        ObjectNode tree = (ObjectNode) JSON.readTree(stored.payload());
        ((ObjectNode) tree.path("sealed")).put(member, value);
        return new StoredEvent(stored.name(), stored.revision(), JSON.writeValueAsBytes(tree));
    }

    private static StoredEvent replaced(StoredEvent stored, String old, String replacement) {
        return new StoredEvent(
                stored.name(),
                stored.revision(),
                text(stored).replace(old, replacement).getBytes(StandardCharsets.UTF_8));
    }
}
