package dev.hindsight.command.erasure;

import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.erasure.LegalHolds.Hold;
import dev.hindsight.command.erasure.OldTickets.Old;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.RetentionRule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    /** What a pass would meet now, at most so many; each ticket once, under the first rule that is about it. */
    public List<Due> due(int most) {
        var due = new ArrayList<Due>();
        each((old, rule) -> {
            if (due.size() < most) {
                due.add(new Due(
                        old,
                        rule,
                        whatHolds.ticket(old.id()).map(whatHolds::ticket).orElse(List.of())));
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
     * @param told after each ticket that was erased
     * @return how many tickets are held
     */
    public long pass(UUID run, Call call, Runnable told) {
        var held = new HashSet<UUID>();
        each((old, rule) -> {
            try {
                erasing.byRetention(call, run, old.id(), rule);
            } catch (TicketErasing.Held waits) {
                held.add(old.id());
                return true;
            } catch (Refusal changed) {
                LOG.info("Ticket {} is not erased: {}", old.id(), changed.code());
                return true;
            }
            told.run();
            return true;
        });
        return held.size();
    }

    private interface Visitor {
        boolean visit(Old old, String rule);
    }

    private void each(Visitor visitor) {
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
