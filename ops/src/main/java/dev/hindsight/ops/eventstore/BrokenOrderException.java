package dev.hindsight.ops.eventstore;

import org.axonframework.eventsourcing.eventstore.EventStoreException;

/** The store does not have exactly one event for a position: its tables were changed by hand. */
public final class BrokenOrderException extends EventStoreException {

    private final long position;

    BrokenOrderException(long position, String what) {
        super(what);
        this.position = position;
    }

    public long position() {
        return position;
    }
}
