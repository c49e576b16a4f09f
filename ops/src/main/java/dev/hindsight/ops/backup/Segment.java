package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the manifest of a segment says; the manifest is written last, so a segment without one does not count.
 *
 * @param format {@value #FORMAT}
 * @param first the first position
 * @param last the last position
 * @param bytes of the packed file
 * @param unpacked of its content
 * @param sha256 of the packed file, lower-case hexadecimal
 * @param edge of the tree after the last event, base64, the largest subtree first
 * @param root over everything up to the last event, base64
 * @param leaf hash of the last event's leaf, base64
 * @param recordedFrom when the first event got its position
 * @param recordedTo when the last event did
 * @param checkpoint the newest signed one up to the last position, with which the tree was found to agree; null before
 *     the first
 * @param firstKey vkey of the first key that signed; null without checkpoint
 * @param rotations notes by which other keys took over
 * @param writer build that wrote it
 */
record Segment(
        String format,
        UUID logId,
        long first,
        long last,
        long bytes,
        long unpacked,
        String sha256,
        List<String> edge,
        String root,
        String leaf,
        Instant recordedFrom,
        Instant recordedTo,
        @Nullable String checkpoint,
        @Nullable String firstKey,
        List<String> rotations,
        String writer) {

    static final String FORMAT = "hindsight-segment-1";
    static final String FOLDER = "log/";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern NAME = Pattern.compile("log/([0-9]{20})-([0-9]{20})\\.json");

    /** Where a segment begins and ends, by the name of its manifest. */
    record Range(long first, long last) {

        /** @return null where this is no manifest's name */
        static @Nullable Range of(String name) {
            Matcher matcher = NAME.matcher(name);
            return matcher.matches()
                    ? new Range(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
                    : null;
        }

        String manifest() {
            return "%s%020d-%020d.json".formatted(FOLDER, first, last);
        }

        String file() {
            return "%s%020d-%020d.segment.gz".formatted(FOLDER, first, last);
        }

        long events() {
            return last - first + 1;
        }
    }

    Range range() {
        return new Range(first, last);
    }

    byte[] json() {
        return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** @throws Damaged where it is no manifest, or not of this range */
    static Segment parse(byte[] json, Range range) throws Damaged {
        try {
            Segment segment = JSON.readValue(json, Segment.class);
            if (!FORMAT.equals(segment.format) || !segment.range().equals(range)) {
                throw new Damaged(range.first(), range.manifest() + " says that it is of another segment or format");
            }
            segment.tree();
            if (!Arrays.equals(segment.json(), json)) {
                throw new Damaged(range.first(), range.manifest() + " is not as it was written");
            }
            return segment;
        } catch (JacksonException | IllegalArgumentException | NullPointerException | MalformedLedgerException e) {
            throw new Damaged(range.first(), range.manifest() + " can't be read");
        }
    }

    /** The tree after its last event, as it says. */
    GrowingTree tree() {
        return GrowingTree.at(last, edge.stream().map(Hash::ofBase64).toList());
    }

    /**
     * The keys that may have signed its checkpoint.
     *
     * @param trusted the first one, from elsewhere; null for the one that stands here
     * @return null where no key is known
     * @throws MalformedLedgerException where the notes do not follow on the first key
     */
    @Nullable
    KeyHistory keys(@Nullable VerifierKey trusted) {
        VerifierKey first = trusted;
        if (first == null) {
            if (firstKey == null) {
                return null;
            }
            first = VerifierKey.parse(firstKey);
        }
        return KeyHistory.of(
                first.name(), first, rotations.stream().map(SignedNote::parse).toList());
    }

    /** A file of a backup is not what was written. */
    static final class Damaged extends Exception {

        private final long position;

        /** @param position of the first event that can't be relied on */
        Damaged(long position, String message) {
            super(message, null, false, false);
            this.position = position;
        }

        long position() {
            return position;
        }
    }
}
