package dev.hindsight.command.call;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import org.jspecify.annotations.Nullable;

/** What the calls that configure have in common. */
public final class Admin {

    /** Longest name of something configured, in characters. */
    private static final int LONGEST_NAME = 200;

    private Admin() {}

    /** @throws Forbidden where the caller is no admin */
    public static void only(Caller caller) {
        if (!caller.is(Role.ADMIN)) {
            throw new Forbidden("Only admins configure.");
        }
    }

    /** @throws InvalidRequest where it is missing or no line of at most 200 characters */
    public static String name(@Nullable String given) {
        String name = PlainText.line("name", Given.required("name", given));
        if (name.codePointCount(0, name.length()) > LONGEST_NAME) {
            throw new InvalidRequest("name", "must have at most " + LONGEST_NAME + " characters");
        }
        return name;
    }
}
