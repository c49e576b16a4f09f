package dev.hindsight.command.erasure;

import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.erasure.LegalHolds.Hold;
import dev.hindsight.command.erasure.OldTickets.Old;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.configuration.RetentionRule;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Erases the content of tickets that ended long ago, as the rules say. Safe for concurrent use. */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PAGE = 500;

    /** A ticket that is due, and the holds that keep it. */
    public record Due(Old ticket, String rule, List<Hold> holds) {}

    private final KnownConfiguration configuration;
    private final OldTickets tickets;
    private final TicketErasing erasing;
    private final WhatHolds whatHolds;
    private final RetentionRuns runs;
    private final Clock clock;

    public Retention(
            KnownConfiguration configuration,
            OldTickets tickets,
            TicketErasing erasing,
            WhatHolds whatHolds,
            RetentionRuns runs,
            Clock clock) {
        this.configuration = configuration;
        this.tickets = tickets;
        this.erasing = erasing;
        this.whatHolds = whatHolds;
        this.runs = runs;
        this.clock = clock;
    }

    /** By key. */
    public List<RetentionRule> rules() {
        return configuration.retention();
    }

    /**
     * How a pass ended.
     *
     * @param held tickets that wait for the release of holds
     * @param failed tickets that could not be erased, such as those that cannot be read
     * @param fault class of the first such fault; null where none failed
     */
    public record Outcome(long held, long failed, @Nullable String fault) {}

    /** Hears of a pass. */
    public interface Told {

        /** One more ticket was erased. What it throws ends the pass. */
        void erased() throws InterruptedException;
    }

    /**
     * What a pass would meet now, at most so many; each ticket once, under the first rule that is about it. One that
     * cannot be read is left out, as a pass would leave it.
     */
    public List<Due> due(int most) {
        var due = new ArrayList<Due>();
        this.<RuntimeException>each((old, rule) -> {
            if (due.size() < most) {
                try {
                    due.add(new Due(
                            old,
                            rule,
                            whatHolds.ticket(old.id()).map(whatHolds::ticket).orElse(List.of())));
                } catch (RuntimeException fault) {
                    rethrowUnlessOf(old, fault);
                }
            }
            return due.size() < most;
        });
        return due;
    }

    /** Whether a pass is due by itself: there are rules, and the last one began so long ago. */
    public boolean dueAgain(Duration every) {
        return !rules().isEmpty()
                && runs.last()
                        .map(run -> run.finishedAt() != null
                                && run.askedAt().plus(every).isBefore(clock.instant()))
                        .orElse(true);
    }

    /** Whether the last pass left tickets waiting of which some are released since. */
    public boolean someReleased() {
        return runs.last()
                        .map(run -> run.finishedAt() != null && run.held() > 0)
                        .orElse(false)
                && due(PAGE).stream().anyMatch(due -> due.holds().isEmpty());
    }

    /**
     * Makes a pass. One that is made again goes on where tickets are not erased yet; which ones are, {@link RetentionRuns}
     * remembers until they are forgotten.
     *
     * A ticket that cannot be erased is passed over, and met by the next pass again.
     *
     * @throws RuntimeException where the database does not answer, or {@code told} failed: to be made again
     */
    public Outcome pass(UUID run, Call call, Told told) throws InterruptedException {
        var held = new HashSet<UUID>();
        var faults = new ArrayList<String>();
        this.<InterruptedException>each((old, rule) -> {
            try {
                erasing.byRetention(call, run, old.id(), rule);
            } catch (TicketErasing.Held waits) {
                held.add(old.id());
                return true;
            } catch (Refusal changed) {
                LOG.info("Ticket {} is not erased: {}", old.id(), changed.code());
                return true;
            } catch (RuntimeException fault) {
                rethrowUnlessOf(old, fault);
                faults.add(fault.getClass().getSimpleName());
                return true;
            }
            told.erased();
            return true;
        });
        return new Outcome(held.size(), faults.size(), faults.isEmpty() ? null : faults.getFirst());
    }

    /** What says nothing about the ticket, so that it would be the same with every other one, ends the pass. */
    private static void rethrowUnlessOf(Old ticket, RuntimeException fault) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (interrupted
                    || cause instanceof SQLException
                    || cause instanceof DataAccessException
                    || cause instanceof TransactionException
                    || cause instanceof IOException
                    || cause instanceof InterruptedException
                    || (cause instanceof Unavailable unavailable
                            && unavailable.code().equals("OUTCOME_UNKNOWN"))) {
                throw fault;
            }
        }
        LOG.warn("Ticket {} is passed over by retention", ticket.id(), fault);
    }

    private interface Visitor<X extends Exception> {
        boolean visit(Old old, String rule) throws X;
    }

    private <X extends Exception> void each(Visitor<X> visitor) throws X {
        Instant now = clock.instant();
        var met = new HashSet<UUID>();
        for (RetentionRule rule : rules()) {
            UUID after = null;
            while (true) {
                List<Old> page = tickets.due(rule, rule.dueBefore(now), after, PAGE);
                for (Old old : page) {
                    if (met.add(old.id()) && !visitor.visit(old, rule.key())) {
                        return;
                    }
                }
                if (page.size() < PAGE) {
                    break;
                }
                after = page.getLast().id();
            }
        }
    }
}
