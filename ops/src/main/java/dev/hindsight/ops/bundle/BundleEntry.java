package dev.hindsight.ops.bundle;

import static dev.hindsight.ops.bundle.BundleParts.bytes;

import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One event of a bundle: a line of {@code events.tsv}, six columns of base64.
 *
 * @param header canonical text
 * @param bodyHash of metadata and payload
 * @param leaf its hash in the tree
 * @param body null where it is withheld
 * @param personal what was sealed in the payload, opened: UTF-8 JSON; null where there is none, it is withheld or erased
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record BundleEntry(
        String header, Hash bodyHash, Hash leaf, @Nullable Body body, byte @Nullable [] personal) {

    private static final int COLUMNS = 6;

    /** Metadata and payload as they are stored. */
    public record Body(byte[] metadata, byte[] payload) {

        Hash hash() {
            return Leaf.body(metadata, payload);
        }
    }

    /** An event as it is stored. */
    public static BundleEntry of(EventHeader header, Body body, boolean shown, byte @Nullable [] personal) {
        Leaf leaf = new Leaf(header.hash(), body.hash());
        return new BundleEntry(header.text(), leaf.body(), leaf.hash(), shown ? body : null, shown ? personal : null);
    }

    /** The hash that header and body, or the body's hash where it is withheld, lead to. */
    Hash computedLeaf() {
        return new Leaf(computedHeader(), body == null ? bodyHash : body.hash()).hash();
    }

    Hash computedHeader() {
        return Hash.sha256(header.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws MalformedLedgerException when the header is none */
    EventHeader parsedHeader() {
        return EventHeader.parse(header);
    }

    String line() {
        return String.join(
                "\t",
                base64(header.getBytes(StandardCharsets.UTF_8)),
                bodyHash.base64(),
                leaf.base64(),
                body == null ? "" : base64(body.metadata()),
                body == null ? "" : base64(body.payload()),
                personal == null ? "" : base64(personal));
    }

    /** @throws MalformedBundleException when it is no such line */
    static BundleEntry parse(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new MalformedBundleException("a line of events.tsv has not its six columns");
        }
        boolean shown = !columns[4].isEmpty();
        if (shown == columns[3].isEmpty() || (!shown && !columns[5].isEmpty())) {
            throw new MalformedBundleException("a line of events.tsv shows something of a body that it withholds");
        }
        try {
            return new BundleEntry(
                    new String(bytes(columns[0]), StandardCharsets.UTF_8),
                    Hash.ofBase64(columns[1]),
                    Hash.ofBase64(columns[2]),
                    columns[4].isEmpty() ? null : new Body(bytes(columns[3]), bytes(columns[4])),
                    columns[5].isEmpty() ? null : bytes(columns[5]));
        } catch (IllegalArgumentException | MalformedLedgerException notBase64) {
            throw new MalformedBundleException("a line of events.tsv holds something that is not base64");
        }
    }

    /** For people: the same in one line of JSON, put together from what is verified and nothing else. */
    String readable() {
        EventHeader event = parsedHeader();
        StringBuilder json = new StringBuilder(512);
        json.append("{\"position\":").append(event.position());
        text(json.append(",\"stream\":"), event.stream());
        json.append(",\"version\":").append(event.version());
        text(json.append(",\"event\":"), event.name());
        text(json.append(",\"revision\":"), event.revision());
        json.append(",\"recordedAt\":\"").append(event.recordedAt());
        json.append("\",\"occurredAt\":\"").append(event.occurredAt()).append('"');
        Body shown = Objects.requireNonNull(body, "a withheld body cannot be read");
        json.append(",\"envelope\":").append(new String(shown.metadata(), StandardCharsets.UTF_8));
        json.append(",\"payload\":").append(new String(shown.payload(), StandardCharsets.UTF_8));
        json.append(",\"personal\":").append(personal == null ? "null" : new String(personal, StandardCharsets.UTF_8));
        return json.append('}').toString();
    }

    private static void text(StringBuilder json, @Nullable String value) {
        if (value == null) {
            json.append("null");
            return;
        }
        json.append('"');
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                json.append((char) c);
            }
        });
        json.append('"');
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
