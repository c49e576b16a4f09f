package dev.hindsight.domain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which key signs a log's checkpoints of which sizes: a first key, and what it and its successors handed over to whom. */
public final class KeyHistory {

    /**
     * A key's time.
     *
     * @param from the smallest size that it signs
     * @param to the largest; {@link Long#MAX_VALUE} for the current key
     */
    public record Term(VerifierKey key, long from, long to) {}

    private final String origin;
    private final List<Term> terms;

    private KeyHistory(String origin, List<Term> terms) {
        this.origin = origin;
        this.terms = List.copyOf(terms);
    }

    /**
     * @param first a key that is trusted
     * @param rotations in their order; those of other logs make it fail
     * @throws MalformedLedgerException when a rotation is not signed by both of its keys, is not of this origin, or does
     *     not follow on the one before
     */
    public static KeyHistory of(String origin, VerifierKey first, List<SignedNote> rotations) {
        List<Term> terms = new ArrayList<>();
        VerifierKey key = first;
        long from = 0;
        for (SignedNote note : rotations) {
            KeyRotation rotation = KeyRotation.of(note);
            if (!rotation.origin().equals(origin) || !rotation.from().equals(key) || rotation.size() < from) {
                throw new MalformedLedgerException("a key rotation does not follow on the one before");
            }
            terms.add(new Term(key, from, rotation.size()));
            key = rotation.to();
            from = rotation.size();
        }
        terms.add(new Term(key, from, Long.MAX_VALUE));
        return new KeyHistory(origin, terms);
    }

    /** The oldest first. */
    public List<Term> terms() {
        return terms;
    }

    /** The key that signs from now on. */
    public VerifierKey current() {
        return terms.getLast().key();
    }

    /**
     * The checkpoint that this note is, where it is of this log and a key signed it in its time.
     *
     * @throws MalformedLedgerException when the note is no checkpoint at all
     */
    public Optional<Checkpoint> verified(SignedNote note) {
        Checkpoint checkpoint = Checkpoint.of(note);
        boolean signed = checkpoint.origin().equals(origin)
                && terms.stream()
                        .anyMatch(term -> term.from() <= checkpoint.size()
                                && checkpoint.size() <= term.to()
                                && note.signedBy(term.key()));
        return signed ? Optional.of(checkpoint) : Optional.empty();
    }
}
