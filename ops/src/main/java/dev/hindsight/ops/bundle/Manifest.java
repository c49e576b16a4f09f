package dev.hindsight.ops.bundle;

import dev.hindsight.domain.ledger.EventHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a bundle claims to hold. Its claims count for as much as the events show.
 *
 * @param origin of the log
 * @param size of the checkpoint
 * @param headersFrom first position of the range whose headers are all in the bundle; 0 where it claims no range
 * @param headersTo last position of that range; 0 likewise
 * @param streams whose events are in it; empty: those of the range, whatever their stream
 * @param words what was asked for, in the asker's words of one line
 */
public record Manifest(String origin, long size, long headersFrom, long headersTo, List<String> streams, String words) {

    private static final String FORMAT = "hindsight-bundle-1";
    private static final Pattern NOT_PLAIN =
            Pattern.compile("[\\x00-\\x1F\\x7F-\\x9F\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]");

    public Manifest {
        streams = List.copyOf(streams);
        if (!isPlain(words) || !isPlain(origin) || !streams.stream().allMatch(Manifest::isPlain)) {
            throw new IllegalArgumentException("a line of the manifest has control characters");
        }
    }

    private static boolean isPlain(String line) {
        return plain(line).equals(line);
    }

    /** The same where every control character, and all that has text shown in another order, is replaced by U+FFFD. */
    public static String plain(String line) {
        return NOT_PLAIN.matcher(line).replaceAll("\uFFFD");
    }

    /** Whether this event belongs to what was asked for, and has its body in the bundle. */
    public boolean asksFor(EventHeader event) {
        return streams.isEmpty() ? isInRange(event.position()) : streams.contains(event.stream());
    }

    public boolean isInRange(long position) {
        return headersFrom <= position && position <= headersTo;
    }

    String text() {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        text.append("origin ").append(origin).append('\n');
        text.append("size ").append(size).append('\n');
        text.append("headers ")
                .append(headersFrom)
                .append(' ')
                .append(headersTo)
                .append('\n');
        text.append("words ").append(words).append('\n');
        streams.forEach(stream -> text.append("stream ").append(stream).append('\n'));
        return text.toString();
    }

    /** @throws MalformedBundleException when it is not the one text of a manifest */
    static Manifest parse(String text) {
        List<String> lines = Arrays.asList(text.split("\n", -1));
        if (!lines.getFirst().equals(FORMAT)) {
            throw new MalformedBundleException("manifest.txt is not of the form " + FORMAT);
        }
        Map<String, String> values = new TreeMap<>();
        List<String> streams = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            int space = line.indexOf(' ');
            if (line.startsWith("stream ")) {
                streams.add(line.substring(space + 1));
            } else if (space > 0) {
                values.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        try {
            String[] headers = required(values.get("headers")).split(" ", -1);
            Manifest manifest = new Manifest(
                    required(values.get("origin")),
                    Long.parseLong(required(values.get("size"))),
                    Long.parseLong(headers[0]),
                    Long.parseLong(headers[1]),
                    streams,
                    required(values.get("words")));
            if (manifest.text().equals(text)) {
                return manifest.inBounds();
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException notCanonical) {
            throw new MalformedBundleException("a number in manifest.txt cannot be read");
        } catch (IllegalArgumentException notPlain) {
            throw new MalformedBundleException("manifest.txt has control characters");
        }
        throw new MalformedBundleException("manifest.txt is not in its one canonical form");
    }

    /** A range is one of the log's positions, or none. */
    private Manifest inBounds() {
        boolean none = headersFrom == 0 && headersTo == 0;
        if (size < 1 || (!none && (headersFrom < 1 || headersTo < headersFrom || headersTo > size))) {
            throw new MalformedBundleException("manifest.txt names a range that the log cannot have");
        }
        return this;
    }

    private static String required(@Nullable String value) {
        if (value == null) {
            throw new MalformedBundleException("a line of manifest.txt is missing");
        }
        return value;
    }
}
