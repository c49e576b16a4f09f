package dev.hindsight.command.call;

import dev.hindsight.domain.PlainText;
import org.jspecify.annotations.Nullable;

/** Why something is done that is kept for ever: it should name nobody. */
public record ReasonBody(@Nullable String reason) implements WriteBody {

    /** @throws dev.hindsight.domain.InvalidRequest where it is missing or no line */
    public String line() {
        return PlainText.line("reason", Given.required("reason", reason));
    }
}
