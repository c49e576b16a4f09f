package dev.hindsight.command.desk;

import dev.hindsight.command.call.Calls;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A bulk call as one of its tickets sees it: the ticket's own idempotency key and If-Match, the correlation of all. Body,
 * method and address stay the bulk call's, so that an item's key stands for the whole request.
 */
final class ItemRequest extends HttpServletRequestWrapper {

    private final String correlation;
    private final UUID ticket;
    private final @Nullable Long version;

    /** @param version expected of the ticket, null for any */
    ItemRequest(HttpServletRequest bulk, String correlation, UUID ticket, @Nullable Long version) {
        super(bulk);
        this.correlation = correlation;
        this.ticket = ticket;
        this.version = version;
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (name.equalsIgnoreCase(HttpHeaders.IF_MATCH)) {
            return version == null ? "*" : "\"" + version + "\"";
        } else if (name.equalsIgnoreCase(Calls.CORRELATION)) {
            return correlation;
        } else if (name.equalsIgnoreCase(Calls.IDEMPOTENCY_KEY)) {
            String key = super.getHeader(name);
            return key == null ? null : "bulk:" + sha256(key) + ":" + ticket;
        }
        return super.getHeader(name);
    }

    /** A key is as long as keys may be already. */
    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
