package dev.hindsight.query;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads events of the log: what can't be read is not passed over silently, and who reads on after it has been told. */
public final class ReadableEvents {

    private static final Logger LOG = LoggerFactory.getLogger(ReadableEvents.class);

    private ReadableEvents() {}

    /** @throws Unavailable when it can't be read */
    public static Event event(LoggedEvent logged) {
        return read(logged, logged::event, "");
    }

    /**
     * @param read does something with the event
     * @param wayOn ends the sentence that tells that it can't be read
     * @throws Unavailable WRITTEN_BY_NEWER_VERSION or UNREADABLE_EVENT when it can't be read
     */
    public static <T> T read(LoggedEvent logged, Supplier<T> read, String wayOn) {
        try {
            return read.get();
        } catch (UnknownEvent e) {
            throw new Unavailable(
                    "WRITTEN_BY_NEWER_VERSION",
                    "The event at position " + logged.position() + " was written by newer software than this node's.",
                    60);
        } catch (RuntimeException e) {
            LOG.warn("The event at position {} cannot be read", logged.position(), e);
            throw new Unavailable(
                    "UNREADABLE_EVENT",
                    "The event at position " + logged.position()
                            + " cannot be read now; where that stays so, tell the operator" + wayOn + ".",
                    60);
        }
    }
}
