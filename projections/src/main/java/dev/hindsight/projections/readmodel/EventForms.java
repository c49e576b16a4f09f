package dev.hindsight.projections.readmodel;

import dev.hindsight.domain.Event;

/** How events are told outside: by their stored names, in their latest revisions. Safe for concurrent use. */
@FunctionalInterface
public interface EventForms {

    Form of(Event event);

    /**
     * @param name stable name, such as {@code ticket.opened}
     * @param revision from 1
     * @param data the event as a JSON object in UTF-8, personal content open; to be left as it is
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Form(String name, int revision, byte[] data) {}
}
