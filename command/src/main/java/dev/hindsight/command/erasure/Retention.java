package dev.hindsight.command.erasure;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.erasure.LegalHolds.Hold;
import dev.hindsight.command.erasure.OldTickets.Old;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.RetentionRule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Erases the content of tickets that ended long ago, as the rules say. Safe for concurrent use. */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PAGE = 500;
    private static final String SELECT =
            "select id, asked_at, asked_by, finished_at, erased, held, fault from command.retention_run";

    /**
     * One pass over all rules.
     *
     * @param askedBy null: by itself
     * @param held tickets that wait for the release of holds
     * @param fault what kept it from ending when it was last tried
     */
    public record Run(
            UUID id,
            Instant askedAt,
            @Nullable UUID askedBy,
            @Nullable Instant finishedAt,
            long erased,
            long held,
            @Nullable String fault) {}

    /** A ticket that is due, and the holds that keep it. */
    public record Due(Old ticket, String rule, List<Hold> holds) {}

    private final KnownConfiguration configuration;
    private final OldTickets tickets;
    private final TicketErasing erasing;
    private final WhatHolds whatHolds;
    private final JdbcClient jdbc;
    private final Clock clock;

    public Retention(
            KnownConfiguration configuration,
            OldTickets tickets,
            TicketErasing erasing,
            WhatHolds whatHolds,
            JdbcClient jdbc,
            Clock clock) {
        this.configuration = configuration;
        this.tickets = tickets;
        this.erasing = erasing;
        this.whatHolds = whatHolds;
        this.jdbc = jdbc;
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

    /** Asks for a pass, which some node makes soon. */
    public Run ask(@Nullable UUID by) {
        UUID id = UuidCreator.getTimeOrderedEpochPlus1();
        jdbc.sql("insert into command.retention_run (id, asked_at, asked_by) values (?, ?, ?)")
                .params(java.util.Arrays.asList(id, time(clock.instant()), by))
                .update();
        return jdbc.sql(SELECT + " where id = ?")
                .param(id)
                .query(Retention::run)
                .single();
    }

    /** Passes that are not over, the oldest first. */
    public List<Run> open() {
        return jdbc.sql(SELECT + " where finished_at is null order by asked_at")
                .query(Retention::run)
                .list();
    }

    public Optional<Run> last() {
        return jdbc.sql(SELECT + " order by asked_at desc limit 1")
                .query(Retention::run)
                .optional();
    }

    /** Whether a pass is due by itself: there are rules, and the last one began so long ago. */
    public boolean dueAgain(Duration every) {
        return !rules().isEmpty()
                && last().map(run -> run.finishedAt() != null
                                && run.askedAt().plus(every).isBefore(clock.instant()))
                        .orElse(true);
    }

    /** Whether the last pass left tickets waiting of which some are released since. */
    public boolean someReleased() {
        return last().map(run -> run.finishedAt() != null && run.held() > 0).orElse(false)
                && due(PAGE).stream().anyMatch(due -> due.holds().isEmpty());
    }

    /**
     * Makes a pass. One that is made again goes on where tickets are not erased yet.
     *
     * @param told of each ticket that was erased
     * @return how many tickets are held
     */
    public long pass(Call call, BiConsumer<UUID, String> told) {
        var held = new HashSet<UUID>();
        each((old, rule) -> {
            try {
                erasing.byRetention(call, old.id(), rule);
                told.accept(old.id(), rule);
            } catch (TicketErasing.Held waits) {
                held.add(old.id());
            } catch (Refusal changed) {
                LOG.info("Ticket {} is not erased: {}", old.id(), changed.code());
            }
            return true;
        });
        return held.size();
    }

    /** Adds to what was erased. */
    public void progressed(UUID run, long erased) {
        jdbc.sql("update command.retention_run set erased = erased + ? where id = ?")
                .params(erased, run)
                .update();
    }

    public void finished(UUID run, long held) {
        jdbc.sql("update command.retention_run set finished_at = ?, held = ?, fault = null where id = ?")
                .params(time(clock.instant()), held, run)
                .update();
    }

    /** @param fault a class of fault, never content */
    public void failed(UUID run, String fault) {
        jdbc.sql("update command.retention_run set fault = ? where id = ?")
                .params(fault, run)
                .update();
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

    private static OffsetDateTime time(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Run run(java.sql.ResultSet row, int number) throws java.sql.SQLException {
        OffsetDateTime finished = row.getObject(4, OffsetDateTime.class);
        return new Run(
                row.getObject(1, UUID.class),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getObject(3, UUID.class),
                finished == null ? null : finished.toInstant(),
                row.getLong(5),
                row.getLong(6),
                row.getString(7));
    }
}
