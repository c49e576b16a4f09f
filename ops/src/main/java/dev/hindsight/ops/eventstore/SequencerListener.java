package dev.hindsight.ops.eventstore;

import java.util.Collection;
import java.util.List;

/** Hears, on the sequencer's thread, what became part of the order. Must be quick; what it throws is logged. */
interface SequencerListener {

    /** These append calls have places, and they are durable: all that this node placed, in order, or awaited ones. */
    void placed(List<Placement> placements);

    /** The log now reaches this position, whoever leads. May repeat. */
    void headMoved(long head);

    /** Whether somebody waits for a position right now. */
    boolean awaiting();

    /** The append calls whose places this node waits for. */
    Collection<Long> awaited();
}
