package dev.hindsight.domain.ledger;

import java.util.regex.Pattern;

/**
 * What a signed tree head says (C2SP tlog-checkpoint): this log, at this size, has this root.
 *
 * @param origin names the log; one line
 * @param size how many leaves, that is the last position
 * @param root over these leaves
 */
public record Checkpoint(String origin, long size, Hash root) {

    private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");

    public Checkpoint {
        if (origin.isEmpty() || origin.indexOf('\n') >= 0 || size < 0) {
            throw new MalformedLedgerException("a checkpoint has an origin of one line and a size");
        }
    }

    /** The three lines that are signed. */
    public String text() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }

    /** A checkpoint with the signatures of these keys. */
    public SignedNote sign(SigningKey... keys) {
        return SignedNote.sign(text(), keys);
    }

    /**
     * What a note says; whether that is so, its signatures tell. Extension lines are passed over.
     *
     * @throws MalformedLedgerException when the note is no checkpoint
     */
    public static Checkpoint of(SignedNote note) {
        String[] lines = note.text().split("\n", -1);
        if (lines.length < 4 || !SIZE.matcher(lines[1]).matches()) {
            throw new MalformedLedgerException("a checkpoint has lines of origin, size and root");
        }
        for (int i = 3; i < lines.length - 1; i++) {
            if (lines[i].isEmpty()) {
                throw new MalformedLedgerException("a checkpoint has no empty lines");
            }
        }
        return new Checkpoint(lines[0], Long.parseLong(lines[1]), Hash.ofBase64(lines[2]));
    }
}
