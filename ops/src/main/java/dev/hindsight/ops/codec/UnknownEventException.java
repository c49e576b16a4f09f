package dev.hindsight.ops.codec;

import dev.hindsight.domain.UnknownEvent;

/**
 * A stored event has a name or a revision that this version does not know: a newer version wrote it. It must be neither
 * skipped nor parked.
 */
public final class UnknownEventException extends UnknownEvent {

    public UnknownEventException(String name, String revision) {
        super(name, revision);
    }
}
