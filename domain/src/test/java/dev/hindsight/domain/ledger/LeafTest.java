package dev.hindsight.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeafTest {

    private static final EventHeader OPENED = new EventHeader(
            17,
            "ticket-019abc",
            "Ticket",
            1,
            "019def",
            "ticket.opened",
            "1",
            Instant.parse("2026-11-21T09:30:15.250001Z"),
            Instant.parse("2026-11-21T09:30:15Z"));

    private static final String GOLDEN_HEADER = "b22140aa5edc0e73e2d17ba9da35e3510a5c6d35b9ef95ba329575cdae85077a";
    private static final String GOLDEN_LEAF = "be71bd85fa01a8fe09db4e8a2f8ba8214c970711f7461d8117d8a5238aa75bb9";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aHeaderIsTenLines() {
        assertThat(OPENED.text()).isEqualTo("""
                hindsight-event-1
                position 17
                stream ticket-019abc
                type Ticket
                version 1
                id 019def
                name ticket.opened
                revision 1
                recorded 2026-11-21T09:30:15.250001Z
                occurred 2026-11-21T09:30:15.000000Z
                """);
        // python3: sha256(b'\0' + sha256(header) + sha256(len(metadata).to_bytes(8) + metadata + …))
        assertThat(OPENED.hash()).hasToString(GOLDEN_HEADER);
        assertThat(Leaf.of(OPENED, bytes("{\"actor\":1}"), bytes("{\"a\":2}")).hash())
                .hasToString(GOLDEN_LEAF);
    }

    @Test
    void everyHeaderReadsBackAndNoTwoAreAlike() {
        List<EventHeader> headers = List.of(
                OPENED,
                with("a\nb", null, null, OPENED.recordedAt()),
                with("a\\nb", null, null, OPENED.recordedAt()),
                with("a\\\nb", null, null, OPENED.recordedAt()),
                with("a\\", "", "", OPENED.recordedAt()),
                with("", "", null, OPENED.recordedAt()),
                with("", null, "", OPENED.recordedAt()),
                with("s\ntype x", null, "1", OPENED.recordedAt()),
                with("s", "x", "1", OPENED.recordedAt()),
                with("ä \uD83D\uDE00 ", " ", " 1", OPENED.recordedAt()),
                with("s", "x", "1", Instant.parse("-4712-01-01T00:00:00Z")),
                with("s", "x", "1", Instant.parse("+294276-12-31T23:59:59.999999Z")));
        assertThat(headers.stream().map(EventHeader::text).distinct()).hasSize(headers.size());
        assertThat(headers)
                .allSatisfy(
                        header -> assertThat(EventHeader.parse(header.text())).isEqualTo(header));
    }

    @Test
    void timesAreWrittenAsTheLibraryWritesThem() {
        var library = new DateTimeFormatterBuilder().appendInstant(6).toFormatter();
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            Instant at = Instant.ofEpochSecond(
                    random.nextLong(-70_000_000_000L, 260_000_000_000L), random.nextInt(1_000_000) * 1_000L);
            assertThat(with("s", "t", "1", at).text()).contains("\nrecorded " + library.format(at) + "\n");
        }
    }

    @Test
    void anythingElseIsNoHeader() {
        String text = OPENED.text();
        assertThat(List.of(
                        "",
                        text.substring(0, text.length() - 1),
                        text + "\n",
                        text.replace("event-1", "event-2"),
                        text.replace("position 17", "position 017"),
                        text.replace("position 17", "position +17"),
                        text.replace("position 17", "position"),
                        text.replace("id ", "key "),
                        text.replace("15.250001Z", "15.250001+00:00"),
                        text.replace(".000000Z", "Z"),
                        text.replace("name ticket", "name \\ticket")))
                .allSatisfy(wrong -> assertThatThrownBy(() -> EventHeader.parse(wrong))
                        .as(wrong)
                        .isInstanceOf(MalformedLedgerException.class));
    }

    @Test
    void whatStandsWhereInTheBodyCounts() {
        assertThat(List.of(
                                Leaf.body(bytes("ab"), bytes("c")),
                                Leaf.body(bytes("a"), bytes("bc")),
                                Leaf.body(bytes(""), bytes("abc")),
                                Leaf.body(bytes("abc"), bytes("")))
                        .stream()
                        .distinct())
                .hasSize(4);
    }

    private static EventHeader with(String stream, @Nullable String type, @Nullable String revision, Instant at) {
        return new EventHeader(3, stream, type, 2, "id", "n", revision, at, OPENED.occurredAt());
    }
}
