package dev.hindsight.command.erasure;

/** Hears that there may be something to erase. */
@FunctionalInterface
public interface OnErasure {

    /** Returns at once; what is due is done soon, on some node. */
    void wake();
}
