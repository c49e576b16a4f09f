package dev.hindsight.ops.codec;

import org.jspecify.annotations.Nullable;

/** Stored bytes do not have the form that their name and revision promise. */
public final class MalformedEventException extends RuntimeException {

    public MalformedEventException(String what, @Nullable Throwable cause) {
        super(what, cause);
    }
}
