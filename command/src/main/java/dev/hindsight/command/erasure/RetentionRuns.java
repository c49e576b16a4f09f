package dev.hindsight.command.erasure;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Passes of retention and how far they are. Safe for concurrent use. */
public final class RetentionRuns {

    private static final String SELECT =
            "select id, asked_at, asked_by, finished_at, erased, held, fault from command.retention_run";

    /**
     * One pass over all rules.
     *
     * @param askedBy null: by itself
     * @param held tickets that wait for the release of holds
     * @param fault what kept it from ending when it was last tried; of one that is over, what it passed over
     */
    public record Run(
            UUID id,
            Instant askedAt,
            @Nullable UUID askedBy,
            @Nullable Instant finishedAt,
            long erased,
            long held,
            @Nullable String fault) {}

    private final JdbcClient jdbc;
    private final Clock clock;

    public RetentionRuns(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Asks for a pass, which some node makes soon; one that is not over is meant where there is one. In the caller's
     * transaction.
     *
     * @param id of a new one
     * @param by null: by itself
     */
    public Run ask(UUID id, @Nullable UUID by) {
        return open().stream().findFirst().orElseGet(() -> {
            jdbc.sql("insert into command.retention_run (id, asked_at, asked_by) values (?, ?, ?)")
                    .params(Arrays.asList(id, time(clock.instant()), by))
                    .update();
            return read(id);
        });
    }

    /** One that was asked for. */
    public Run read(UUID id) {
        return jdbc.sql(SELECT + " where id = ?")
                .param(id)
                .query(RetentionRuns::run)
                .single();
    }

    /** Those that are not over, the oldest first. */
    public List<Run> open() {
        return jdbc.sql(SELECT + " where finished_at is null order by asked_at")
                .query(RetentionRuns::run)
                .list();
    }

    public Optional<Run> last() {
        return jdbc.sql(SELECT + " order by asked_at desc limit 1")
                .query(RetentionRuns::run)
                .optional();
    }

    /** Writes down, in the transaction in which a ticket's key ends, that the pass has to forget the rest of it. */
    public void keyEnded(UUID run, UUID ticket) {
        jdbc.sql("insert into command.retention_ticket (run, ticket) values (?, ?) on conflict do nothing")
                .params(run, ticket)
                .update();
    }

    /** Tickets whose keys the pass has ended, in whichever try, and that are not forgotten yet; at most so many. */
    public List<UUID> toForget(UUID run, int most) {
        return jdbc.sql("select ticket from command.retention_ticket where run = ? order by ticket limit ?")
                .params(run, most)
                .query(UUID.class)
                .list();
    }

    /** Adds tickets to what was erased: nothing of them is left to forget. Those told before are not counted again. */
    public void forgotten(UUID run, List<UUID> tickets) {
        jdbc.sql("with gone as (delete from command.retention_ticket where run = :run and ticket in (:tickets)"
                        + " returning ticket)"
                        + " update command.retention_run set erased = erased + (select count(*) from gone)"
                        + " where id = :run")
                .param("run", run)
                .param("tickets", tickets)
                .update();
    }

    /**
     * @param held tickets that wait for the release of holds
     * @param fault how many tickets it had to pass over and a class of fault, never content; null for none
     */
    public void finished(UUID run, long held, @Nullable String fault) {
        jdbc.sql("update command.retention_run set finished_at = ?, held = ?, fault = ? where id = ?")
                .params(Arrays.asList(time(clock.instant()), held, fault, run))
                .update();
    }

    /** @param fault a class of fault, never content */
    public void failed(UUID run, String fault) {
        jdbc.sql("update command.retention_run set fault = ? where id = ?")
                .params(fault, run)
                .update();
    }

    private static OffsetDateTime time(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Run run(ResultSet row, int number) throws SQLException {
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
