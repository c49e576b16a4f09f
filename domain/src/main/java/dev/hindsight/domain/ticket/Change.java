package dev.hindsight.domain.ticket;

import org.jspecify.annotations.Nullable;

/**
 * A member that was given, as JSON merge patch means it: a null {@code Change} says nothing, a change to null empties.
 *
 * @param to the new value, null to empty it
 */
public record Change<T>(@Nullable T to) {}
