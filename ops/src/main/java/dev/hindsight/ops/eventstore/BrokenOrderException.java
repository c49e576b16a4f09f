package dev.hindsight.ops.eventstore;

import org.axonframework.eventsourcing.eventstore.EventStoreException;

/** The store does not have exactly one event for a position: its tables were changed by hand. */
public final class BrokenOrderException extends EventStoreException {

    private final long position;
    private final String what;

    /** @param what is wrong there, in a sentence that does not name the position */
    public BrokenOrderException(long position, String what) {
        super("Position " + position + ": " + what);
        this.position = position;
        this.what = what;
    }

    public String what() {
        return what;
    }

    public long position() {
        return position;
    }
}
