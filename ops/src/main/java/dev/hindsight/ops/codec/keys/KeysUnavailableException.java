package dev.hindsight.ops.codec.keys;

import org.springframework.dao.NonTransientDataAccessException;

/** The keys table failed in a way that Spring has no name for. */
public final class KeysUnavailableException extends NonTransientDataAccessException {

    public KeysUnavailableException(String what, Throwable cause) {
        super(what, cause);
    }
}
