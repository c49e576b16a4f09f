package dev.hindsight.command.attachments;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.TooLarge;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * Which files are taken, and what they are called afterwards. What a client says of a type is never trusted: it only
 * refuses honest mistakes.
 *
 * @param largestBytes of one file
 * @param mostFiles of one call
 * @param allowedTypes such as {@code image/*}; empty allows all
 * @param deniedTypes win over the allowed ones
 * @param deniedExtensions in lower case, without the dot
 */
public record FileRules(
        long largestBytes,
        int mostFiles,
        List<MimeType> allowedTypes,
        List<MimeType> deniedTypes,
        Set<String> deniedExtensions) {

    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_TYPE = 100;
    private static final Pattern FOLDERS = Pattern.compile(".*[/\\\\]", Pattern.DOTALL);

    /** Characters that turn the direction of writing, so that {@code exe.gpj} reads as {@code jpg.exe}; and other invisible ones. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\p{Zl}\\p{Zp}]");

    /** Windows leaves these out when it saves a file: {@code a.exe.} becomes {@code a.exe}. */
    private static final Pattern TRAILING = Pattern.compile("[. ]+$");

    /** The whole of a call's body, the parts' headers included. */
    public long largestBodyBytes() {
        return largestBytes * mostFiles + 64 * 1024;
    }

    /** A name without folders, control and invisible characters; never empty. */
    public static String name(@Nullable String given) {
        String last = FOLDERS.matcher(given == null ? "" : given).replaceFirst("");
        String line = PlainText.repairedLine(INVISIBLE.matcher(last).replaceAll(""));
        String name = line.codePoints()
                .limit(LONGEST_NAME)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        return name.isEmpty() || name.chars().allMatch(c -> c == '.') ? "attachment" : name;
    }

    /** Type and subtype in lower case; {@code application/octet-stream} where none is told. */
    public static String type(@Nullable String given) {
        if (given != null && given.length() <= LONGEST_TYPE) {
            try {
                MimeType type = MimeTypeUtils.parseMimeType(given);
                if (type.isConcrete()) {
                    return (type.getType() + "/" + type.getSubtype()).toLowerCase(Locale.ROOT);
                }
            } catch (InvalidMimeTypeException untold) {
                return MimeTypeUtils.APPLICATION_OCTET_STREAM_VALUE;
            }
        }
        return MimeTypeUtils.APPLICATION_OCTET_STREAM_VALUE;
    }

    /** @throws InvalidRequest where files of this name or type are not taken */
    void check(String field, String name, String type) {
        String saved = TRAILING.matcher(name).replaceFirst("");
        String extension = saved.substring(saved.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (saved.indexOf('.') >= 0 && deniedExtensions.contains(extension)) {
            throw new InvalidRequest(field, "must not be a file of the kind ." + extension);
        }
        MimeType given = MimeTypeUtils.parseMimeType(type);
        if (deniedTypes.stream().anyMatch(denied -> denied.includes(given))
                || (!allowedTypes.isEmpty() && allowedTypes.stream().noneMatch(allowed -> allowed.includes(given)))) {
            throw new InvalidRequest(field, "must not have the type " + type);
        }
    }

    TooLarge tooLarge() {
        return new TooLarge(
                "ATTACHMENT_TOO_LARGE", "A file may have at most " + largestBytes + " bytes; share it in another way.");
    }

    TooLarge tooMany() {
        return new TooLarge(
                "TOO_MANY_FILES", "A call takes at most " + mostFiles + " files; send the others after it.");
    }
}
