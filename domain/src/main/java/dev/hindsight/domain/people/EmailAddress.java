package dev.hindsight.domain.people;

import dev.hindsight.domain.InvalidRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** E-mail addresses as people are known by them: stripped, in lower case, so that one person is not two. */
public final class EmailAddress {

    /** Longest address, in characters (RFC 5321's path without its brackets). */
    public static final int LONGEST = 254;

    /** One at sign, no spaces or control characters, a domain of labels; the mailbox itself is the mail server's. */
    private static final Pattern SANE = Pattern.compile(
            "[^\\s@\\p{Cntrl}<>\",;]{1,64}@[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?(?:\\.[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?)*");

    private EmailAddress() {}

    /** The address as it is kept, empty where it is none. */
    public static Optional<String> of(String text) {
        String address = text.strip().toLowerCase(Locale.ROOT);
        return address.length() <= LONGEST && SANE.matcher(address).matches() ? Optional.of(address) : Optional.empty();
    }

    /** @throws InvalidRequest naming the field where it is no address */
    public static String parse(String field, String text) {
        return of(text).orElseThrow(() -> new InvalidRequest(field, "must be an e-mail address"));
    }
}
