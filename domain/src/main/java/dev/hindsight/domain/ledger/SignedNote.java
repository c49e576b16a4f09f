package dev.hindsight.domain.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text with signatures under it (C2SP signed-note). What it says counts for nothing until {@link #signedBy} a key that
 * is trusted.
 *
 * @param text what is signed, its last line feed included
 * @param signatures one or more
 */
public record SignedNote(String text, List<SignatureLine> signatures) {

    private static final String DASH = "\u2014 ";
    private static final int MOST_SIGNATURES = 64;
    private static final int LONGEST = 1 << 20;

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!text.endsWith("\n") || text.codePoints().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new MalformedLedgerException(
                    "the text of a note ends with a line feed and has no control characters");
        }
        if (signatures.isEmpty() || signatures.size() > MOST_SIGNATURES) {
            throw new MalformedLedgerException("a note has 1 to " + MOST_SIGNATURES + " signatures");
        }
    }

    /** A line under a note: who signed, by name and id of the key, and the signature's bytes. */
    public static final class SignatureLine {

        private final String name;
        private final int keyId;
        private final byte[] bytes;

        private SignatureLine(String name, int keyId, byte[] bytes) {
            this.name = name;
            this.keyId = keyId;
            this.bytes = bytes;
        }

        private boolean isOf(VerifierKey key) {
            return keyId == key.id() && name.equals(key.name());
        }

        private static SignatureLine parse(String line) {
            int space = line.lastIndexOf(' ');
            if (!line.startsWith(DASH) || space < DASH.length() || !isKeyName(line.substring(DASH.length(), space))) {
                throw new MalformedLedgerException("a signature line is a dash, a name and base64");
            }
            byte[] idAndSignature = Hash.base64(line.substring(space + 1));
            if (idAndSignature.length <= Integer.BYTES) {
                throw new MalformedLedgerException("a signature line without a signature");
            }
            return new SignatureLine(
                    line.substring(DASH.length(), space),
                    ByteBuffer.wrap(idAndSignature).getInt(),
                    Arrays.copyOfRange(idAndSignature, Integer.BYTES, idAndSignature.length));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof SignatureLine that && toString().equals(that.toString());
        }

        @Override
        public int hashCode() {
            return toString().hashCode();
        }

        /** The line without its end. */
        @Override
        public String toString() {
            byte[] idAndSignature = ByteBuffer.allocate(Integer.BYTES + bytes.length)
                    .putInt(keyId)
                    .put(bytes)
                    .array();
            return DASH + name + " " + Base64.getEncoder().encodeToString(idAndSignature);
        }
    }

    /**
     * Signs a text with each of these keys.
     *
     * @throws MalformedLedgerException when the text does not end with a line feed or has other control characters
     */
    public static SignedNote sign(String text, SigningKey... keys) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<SignatureLine> signatures = new ArrayList<>();
        for (SigningKey key : keys) {
            signatures.add(
                    new SignatureLine(key.verifier().name(), key.verifier().id(), key.sign(bytes)));
        }
        return new SignedNote(text, signatures);
    }

    /**
     * Reads a note; checks no signature.
     *
     * @throws MalformedLedgerException when it is none
     */
    public static SignedNote parse(String note) {
        int blank = note.lastIndexOf("\n\n");
        if (note.length() > LONGEST || blank < 0 || !note.endsWith("\n") || blank + 2 == note.length()) {
            throw new MalformedLedgerException("a note is a text, a blank line and signature lines");
        }
        String lines = note.substring(blank + 2, note.length() - 1);
        return new SignedNote(
                note.substring(0, blank + 1),
                Arrays.stream(lines.split("\n", -1)).map(SignatureLine::parse).toList());
    }

    /** Whether this key signed the text. False also when one of several signatures in its name is wrong. */
    public boolean signedBy(VerifierKey key) {
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        List<SignatureLine> own =
                signatures.stream().filter(line -> line.isOf(key)).toList();
        return !own.isEmpty() && own.stream().allMatch(line -> key.verifies(signed, line.bytes));
    }

    static boolean isKeyName(String name) {
        return !name.isEmpty()
                && name.codePoints()
                        .noneMatch(c -> c == '+' || c < ' ' || Character.isSpaceChar(c) || Character.isWhitespace(c));
    }

    /** The whole note as it is published: text, blank line, signature lines. */
    @Override
    public String toString() {
        StringBuilder note = new StringBuilder(text).append('\n');
        signatures.forEach(line -> note.append(line).append('\n'));
        return note.toString();
    }
}
