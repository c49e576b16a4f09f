package dev.hindsight.domain.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Which key signs a log's checkpoints of which sizes: a first key, and what it and its successors handed over to whom. */
public final class KeyHistory {

    /**
     * A key's time.
     *
     * @param from the size at which it took over; after a restore it may sign smaller ones, too
     * @param to the largest size that it signs; {@link Long#MAX_VALUE} for the current key
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
            if (!rotation.origin().equals(origin) || !rotation.from().equals(key)) {
                throw new MalformedLedgerException("a key rotation does not follow on the one before");
            }
            terms.add(new Term(key, from, rotation.size()));
            key = rotation.to();
            from = rotation.size();
        }
        terms.add(new Term(key, from, Long.MAX_VALUE));
        return new KeyHistory(origin, terms);
    }

    /**
     * The same with those of the notes that hand over further, in whatever order they are.
     *
     * @throws MalformedLedgerException when one is no hand-over that both of its keys signed
     */
    public KeyHistory and(Collection<SignedNote> handOvers) {
        List<KeyRotation> left =
                new ArrayList<>(handOvers.stream().map(KeyRotation::of).toList());
        List<Term> all = new ArrayList<>(terms);
        for (int i = 0; i < left.size(); i++) {
            KeyRotation rotation = left.get(i);
            Term last = all.getLast();
            if (rotation.origin().equals(origin) && rotation.from().equals(last.key())) {
                all.set(all.size() - 1, new Term(last.key(), last.from(), rotation.size()));
                all.add(new Term(rotation.to(), rotation.size(), Long.MAX_VALUE));
                left.remove(i);
                i = -1; // one that was passed over may follow on this one
            }
        }
        return new KeyHistory(origin, all);
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
     * The checkpoint that this note is, where it is of this log and a key signed it that had not handed over before
     * that size.
     *
     * @throws MalformedLedgerException when the note is no checkpoint at all
     */
    public Optional<Checkpoint> verified(SignedNote note) {
        Checkpoint checkpoint = Checkpoint.of(note);
        boolean signed = checkpoint.origin().equals(origin)
                && terms.stream().anyMatch(term -> checkpoint.size() <= term.to() && note.signedBy(term.key()));
        return signed ? Optional.of(checkpoint) : Optional.empty();
    }
}
