package dev.hindsight.command.dispatch;

import dev.hindsight.domain.InvalidRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a call expects of the version it changes: its {@code If-Match}. */
public sealed interface Expected {

    /** The call needs none. */
    record Nothing() implements Expected {}

    /** The call needs one and has none; said only after a repeated call was answered. */
    record Missing() implements Expected {}

    /** {@code *}: whatever it is, on purpose. */
    record Any() implements Expected {}

    /** @param number from 1 */
    record Version(long number) implements Expected {}

    /** The version to be checked, null where none is. */
    default @Nullable Long version() {
        return this instanceof Version(long number) ? number : null;
    }

    Pattern STRONG_TAG = Pattern.compile("\"(\\d{1,18})\"");

    /**
     * Reads an {@code If-Match} that the call needs.
     *
     * @throws InvalidRequest where it is neither one quoted version nor {@code *}
     */
    static Expected ifMatch(@Nullable String header) {
        if (header == null) {
            return new Missing();
        }
        String tag = header.strip();
        if (tag.equals("*")) {
            return new Any();
        }
        var matcher = STRONG_TAG.matcher(tag);
        if (!matcher.matches()) {
            throw new InvalidRequest("If-Match", "must be the version in quotes, such as \"3\", or *");
        }
        return new Version(Long.parseLong(matcher.group(1)));
    }
}
