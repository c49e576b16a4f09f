package dev.hindsight.ops.codec;

import tools.jackson.databind.node.ObjectNode;

/**
 * Lifts the stored JSON of one event name from one revision to the next. Pure: the same input gives the same output for
 * ever. Name the class after the event and both revisions.
 */
public interface Upcaster {

    /** The stored name that this upcaster reads and keeps. */
    String name();

    /** The revision that this upcaster reads; it produces the following one. */
    int fromRevision();

    /**
     * Changes both objects in place.
     *
     * @param plain the stored members without {@code sealed}
     * @param personal the opened personal members; empty where nothing was sealed, and also where the key was destroyed
     *     (then what stands in here afterwards is not used: personal components read as erased)
     */
    void upcast(ObjectNode plain, ObjectNode personal);
}
