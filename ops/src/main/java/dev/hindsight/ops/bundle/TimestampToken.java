package dev.hindsight.ops.bundle;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * What an RFC 3161 token says: of which bytes, and when. Its signature is for others to check ({@code openssl ts}): that
 * needs certificates of the authority, which no bundle can vouch for.
 */
final class TimestampToken {

    /** id-ct-TSTInfo, 1.2.840.113549.1.9.16.1.4, as DER. */
    private static final byte[] TST_INFO = HexFormat.of().parseHex("060b2a864886f70d0109100104");

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("yyyyMMddHHmmss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter(Locale.ROOT);

    private final byte[] der;
    private int at;

    private TimestampToken(byte[] der, int at) {
        this.der = der;
        this.at = at;
    }

    /** When the token says that these bytes existed; empty where it is none, or of other bytes. */
    static Optional<Instant> timeOf(byte[] token, byte[] stamped) {
        int info = find(token);
        if (info < 0) {
            return Optional.empty();
        }
        try {
            TimestampToken reader = new TimestampToken(token, info);
            reader.enter(); // [0]
            reader.enter(); // OCTET STRING
            reader.enter(); // TSTInfo
            reader.skip(); // version
            reader.skip(); // policy
            reader.enter(); // messageImprint
            reader.skip(); // algorithm
            byte[] imprint = reader.content();
            reader.skip(); // serial number
            Instant time = LocalDateTime.parse(new String(reader.content(), StandardCharsets.US_ASCII), TIME)
                    .toInstant(ZoneOffset.UTC);
            return Arrays.equals(imprint, digest(imprint.length, stamped)) ? Optional.of(time) : Optional.empty();
        } catch (IndexOutOfBoundsException | DateTimeException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static int find(byte[] token) {
        for (int i = 0; i + TST_INFO.length <= token.length; i++) {
            if (Arrays.equals(token, i, i + TST_INFO.length, TST_INFO, 0, TST_INFO.length)) {
                return i + TST_INFO.length;
            }
        }
        return -1;
    }

    private static byte[] digest(int length, byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-" + 8 * length).digest(bytes);
        } catch (GeneralSecurityException unknown) {
            throw new IllegalArgumentException("no hash of " + length + " bytes", unknown);
        }
    }

    /** Passes tag and length: what follows is the content. Lengths beyond the array are none. */
    private int enter() {
        at++;
        int length = der[at++] & 0xff;
        if (length < 0x80) {
            return length;
        }
        int bytes = length & 0x7f;
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | (der[at++] & 0xff);
            if (value < 0 || value > der.length) {
                throw new IndexOutOfBoundsException("a length beyond the end");
            }
        }
        return value;
    }

    private void skip() {
        int length = enter();
        at += length; // at most twice the array: reading there ends it
    }

    private byte[] content() {
        int length = enter();
        if (length > der.length - at) {
            throw new IndexOutOfBoundsException("a content beyond the end");
        }
        byte[] content = Arrays.copyOfRange(der, at, at + length);
        at += length;
        return content;
    }
}
