package dev.hindsight.ops.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.ops.codec.keys.FixedKeys;
import dev.hindsight.ops.codec.keys.KeyOwner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The mechanism, on revisions that exist in this test only: today's are read as the third. */
class UpcastingTest {

    private static final UUID ID = UUID.fromString("01930000-0000-7000-8000-000000000001");
    private static final Instant AT = Instant.parse("2026-11-21T03:51:17.000001Z");

    private final FixedKeys keys = new FixedKeys();

    @Test
    void storedJsonIsLiftedRevisionByRevision() {
        EventCodec codec = codec(EventNames.builder()
                .add("ticket.tag-added", 3, TagAdded.class, new TagAdded1To2(), new TagAdded2To3()));
        byte[] first = bytes("{\"ticketId\":\"" + ID + "\",\"at\":\"2026-11-21T03:51:17.000001Z\",\"label\":\"VIP\"}");
        byte[] second = bytes("{\"ticketId\":\"" + ID + "\",\"at\":\"2026-11-21T03:51:17.000001Z\",\"tag\":\"VIP\"}");
        byte[] third = bytes("{\"ticketId\":\"" + ID + "\",\"at\":\"2026-11-21T03:51:17.000001Z\",\"tag\":\"VIP\"}");
        assertThat(codec.decode("ticket.tag-added", "1", first)).isEqualTo(new TagAdded(ID, AT, "vip"));
        assertThat(codec.decode("ticket.tag-added", "2", second)).isEqualTo(new TagAdded(ID, AT, "vip"));
        assertThat(codec.decode("ticket.tag-added", "3", third)).isEqualTo(new TagAdded(ID, AT, "VIP"));
        assertThat(codec.encode(new TagAdded(ID, AT, "vip")).revision()).isEqualTo("3");
    }

    @Test
    void revisionsThatAreNotThereAreUnknown() {
        EventCodec codec = codec(EventNames.builder()
                .add("ticket.tag-added", 3, TagAdded.class, new TagAdded1To2(), new TagAdded2To3()));
        for (String revision : new String[] {"0", "4", "", "x", "01"}) {
            assertThatThrownBy(() -> codec.decode("ticket.tag-added", revision, bytes("{}")))
                    .isInstanceOf(UnknownEventException.class);
        }
    }

    @Test
    void sealedContentOpensUnderItsOwnRevisionAndIsLiftedToo() {
        StoredEvent first = codec(EventNames.builder().add("person.renamed", 1, PersonRenamed.class))
                .encode(new PersonRenamed(ID, AT, "ana"));
        EventCodec codec = codec(EventNames.builder().add("person.renamed", 2, PersonRenamed.class, new Renamed1To2()));
        assertThat(codec.decode("person.renamed", "1", first.payload())).isEqualTo(new PersonRenamed(ID, AT, "ANA"));
        assertThat(codec.decodeWithoutPersonal("person.renamed", "1", first.payload()))
                .isEqualTo(new PersonRenamed(ID, AT, Personal.ERASED));
        assertThatThrownBy(() -> codec.decode("person.renamed", "2", first.payload()))
                .isInstanceOf(TamperedContentException.class);

        keys.destroy(KeyOwner.person(ID));
        assertThat(codec.decode("person.renamed", "1", first.payload()))
                .isEqualTo(new PersonRenamed(ID, AT, Personal.ERASED));
    }

    @Test
    void aPlainMemberMayBecomePersonal() {
        EventCodec codec = codec(EventNames.builder().add("person.renamed", 2, PersonRenamed.class, new Renamed1To2()));
        byte[] open = bytes("{\"personId\":\"" + ID + "\",\"at\":\"2026-11-21T03:51:17.000001Z\",\"name\":\"Ana\"}");
        Event event = codec.decode("person.renamed", "1", open);
        assertThat(event).isEqualTo(new PersonRenamed(ID, AT, "Ana"));
    }

    @Test
    void everyOlderRevisionNeedsItsUpcaster() {
        EventNames.Builder names = EventNames.builder();
        assertThatThrownBy(() -> names.add("ticket.tag-added", 3, TagAdded.class, new TagAdded1To2()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> names.add("ticket.tag-added", 3, TagAdded.class, new TagAdded1To2(), new TagAdded1To2()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> names.add("ticket.tag-removed", 2, TagAdded.class, new TagAdded1To2()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private EventCodec codec(EventNames.Builder names) {
        return new EventCodec(names.build(), keys);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** A tag was called a label. */
    private record TagAdded1To2() implements Upcaster {
        @Override
        public String name() {
            return "ticket.tag-added";
        }

        @Override
        public int fromRevision() {
            return 1;
        }

        @Override
        public void upcast(ObjectNode plain, ObjectNode personal) {
            plain.set("tag", plain.remove("label"));
        }
    }

    /** Tags had capitals. */
    private record TagAdded2To3() implements Upcaster {
        @Override
        public String name() {
            return "ticket.tag-added";
        }

        @Override
        public int fromRevision() {
            return 2;
        }

        @Override
        public void upcast(ObjectNode plain, ObjectNode personal) {
            plain.put("tag", plain.required("tag").stringValue().toLowerCase(Locale.ROOT));
        }
    }

    /** Names were small, or not personal. */
    private record Renamed1To2() implements Upcaster {
        @Override
        public String name() {
            return "person.renamed";
        }

        @Override
        public int fromRevision() {
            return 1;
        }

        @Override
        public void upcast(ObjectNode plain, ObjectNode personal) {
            if (plain.has("name")) {
                personal.set("name", plain.remove("name"));
            } else if (personal.has("name")) {
                personal.put("name", personal.required("name").stringValue().toUpperCase(Locale.ROOT));
            }
        }
    }
}
