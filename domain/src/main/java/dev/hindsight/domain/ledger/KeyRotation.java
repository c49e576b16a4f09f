package dev.hindsight.domain.ledger;

import java.util.regex.Pattern;

/**
 * One key hands the signing of checkpoints over to another; a note of this is signed by both. Its text can never be taken
 * for a checkpoint's.
 *
 * @param size no larger checkpoint is the old key's
 */
public record KeyRotation(String origin, long size, VerifierKey from, VerifierKey to) {

    private static final String FORMAT = "hindsight-key-rotation-1";
    private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");

    /** Five lines: format, origin, size, old and new key. */
    public String text() {
        return FORMAT + "\n" + origin + "\n" + size + "\n" + from + "\n" + to + "\n";
    }

    /** Whether a note calls itself one; what it says may be wrong all the same. */
    public static boolean is(SignedNote note) {
        return note.text().startsWith(FORMAT + "\n");
    }

    /** @throws MalformedLedgerException when the note is no rotation, or is not signed by both of its keys */
    public static KeyRotation of(SignedNote note) {
        String[] lines = note.text().split("\n", -1);
        if (lines.length != 6
                || !lines[0].equals(FORMAT)
                || !SIZE.matcher(lines[2]).matches()) {
            throw new MalformedLedgerException("not a key rotation of the form " + FORMAT);
        }
        KeyRotation rotation = new KeyRotation(
                lines[1], Long.parseLong(lines[2]), VerifierKey.parse(lines[3]), VerifierKey.parse(lines[4]));
        if (!note.signedBy(rotation.from) || !note.signedBy(rotation.to)) {
            throw new MalformedLedgerException("the key rotation is not signed by both of its keys");
        }
        return rotation;
    }
}
