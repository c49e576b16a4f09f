package dev.hindsight.domain.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * Notes one after the other, each followed by an empty line, as a file that is only appended to holds them. What cannot
 * be read, such as the half of a note whose writing was cut off, is counted and hides nothing else.
 *
 * @param unreadable parts that are no note
 */
public record CheckpointFile(List<SignedNote> notes, int unreadable) {

    private static final String SIGNATURE = "\u2014 ";

    public CheckpointFile {
        notes = List.copyOf(notes);
    }

    /** Reads such a file; also a single note. */
    public static CheckpointFile parse(String file) {
        List<SignedNote> notes = new ArrayList<>();
        int unreadable = 0;
        String text = "";
        for (String block : file.split("\n\n+")) {
            if (block.isBlank()) {
                continue;
            }
            if (!block.startsWith(SIGNATURE)) {
                unreadable += text.isEmpty() ? 0 : 1;
                text = block;
                continue;
            }
            try {
                notes.add(SignedNote.parse(text + "\n\n" + (block.endsWith("\n") ? block : block + "\n")));
            } catch (MalformedLedgerException notWhole) {
                unreadable++;
            }
            text = "";
        }
        return new CheckpointFile(notes, unreadable + (text.isEmpty() ? 0 : 1));
    }

    /** What is appended to the file for a note. */
    public static String entry(SignedNote note) {
        return note + "\n";
    }
}
