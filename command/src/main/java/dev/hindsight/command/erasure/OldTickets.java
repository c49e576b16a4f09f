package dev.hindsight.command.erasure;

import dev.hindsight.domain.configuration.RetentionRule;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds tickets that retention is about. Which they are is read where tickets are listed; it may lag by moments. */
@FunctionalInterface
public interface OldTickets {

    /** A ticket that has ended and whose content is not erased. */
    record Old(UUID id, long number, Instant endedAt) {}

    /**
     * Those of a rule in the order of their ids.
     *
     * @param endedBefore tickets that ended before
     * @param after only ids behind it; null from the beginning
     */
    List<Old> due(RetentionRule rule, Instant endedBefore, @Nullable UUID after, int most);
}
