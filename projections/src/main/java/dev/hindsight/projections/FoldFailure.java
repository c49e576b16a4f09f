package dev.hindsight.projections;

/** An event does not fit the state that it is folded into. The message holds no content of events: operators read it. */
public final class FoldFailure extends RuntimeException {

    public FoldFailure(String message) {
        super(message);
    }
}
