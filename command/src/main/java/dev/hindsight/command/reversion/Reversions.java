package dev.hindsight.command.reversion;

import dev.hindsight.command.reversion.EventSearch.Match;
import dev.hindsight.command.reversion.Reversion.Outcome;
import dev.hindsight.command.reversion.Reversion.Phase;
import dev.hindsight.command.reversion.Reversion.State;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.ticket.Reversal.MovedOn;
import dev.hindsight.domain.ticket.Reversal.NotUndone;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Orders of mass reversions and how far they are. Every order is a row that some node carries out. Safe for concurrent use. */
public final class Reversions {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MOST_LISTED = 200;
    private static final String SELECT =
            "select id, state, phase, criteria, include_moved, dry_run, reason, ordered_by,"
                    + " ordered_at, approved_by, up_to, reached, total, done, phase_ms, progressed_at, error, ended_at"
                    + " from command.reversion";
    private static final String TICKET = "select ticket, versions, outcome, version, restored, not_undone, moved_on,"
            + " refusal from command.reversion_ticket where reversion = ?";

    private final JdbcTemplate template;
    private final JdbcClient jdbc;

    public Reversions(JdbcTemplate jdbc) {
        this.template = jdbc;
        this.jdbc = JdbcClient.create(jdbc);
    }

    /**
     * @param approval whether a second person has to agree first
     * @param upTo position up to which events are looked for
     */
    public Reversion order(
            UUID id,
            Criteria criteria,
            boolean includeMoved,
            boolean dryRun,
            String reason,
            Envelope.Actor by,
            boolean approval,
            long upTo) {
        jdbc.sql(
                        "insert into command.reversion (id, state, criteria, include_moved, dry_run, reason, ordered_by, up_to)"
                                + " values (?, ?, ?::jsonb, ?, ?, ?, ?::jsonb, ?)")
                .params(
                        id,
                        (approval ? State.WAITING_FOR_APPROVAL : State.WAITING).name(),
                        JSON.writeValueAsString(criteria),
                        includeMoved,
                        dryRun,
                        reason,
                        JSON.writeValueAsString(by),
                        upTo)
                .update();
        return read(id);
    }

    /** The newest first, at most {@value #MOST_LISTED}. */
    public List<Reversion> list() {
        return jdbc.sql(SELECT + " order by ordered_at desc, id desc limit " + MOST_LISTED)
                .query(Reversions::reversion)
                .list();
    }

    public Optional<Reversion> find(UUID id) {
        return jdbc.sql(SELECT + " where id = ?")
                .param(id)
                .query(Reversions::reversion)
                .optional();
    }

    /** @throws NotFound where there is none */
    public Reversion read(UUID id) {
        return find(id).orElseThrow(() -> new NotFound("There is no such reversion."));
    }

    /** Those in this state, the oldest first. */
    public List<Reversion> in(State state) {
        return jdbc.sql(SELECT + " where state = ? order by ordered_at, id")
                .param(state.name())
                .query(Reversions::reversion)
                .list();
    }

    /** Those that some node has to work on, the oldest first. */
    List<UUID> open() {
        return jdbc.sql("select id from command.reversion where ended_at is null"
                        + " and state in ('WAITING', 'RUNNING', 'CANCELLING') order by ordered_at, id")
                .query(UUID.class)
                .list();
    }

    /**
     * A second person agrees, or does not.
     *
     * @throws Refusal {@code NOT_WAITING}, {@code APPROVER_IS_ASKER}
     */
    public Reversion decide(UUID id, UUID by, boolean approve) {
        var asked = read(id);
        if (by.equals(asked.orderedBy().person())) {
            throw new Refusal("APPROVER_IS_ASKER", "Whoever asked for it cannot approve it: somebody else has to.");
        }
        var changed = approve
                ? jdbc.sql("update command.reversion set state = 'WAITING', approved_by = ? where id = ?"
                                + " and state = 'WAITING_FOR_APPROVAL'")
                        .params(by, id)
                        .update()
                : jdbc.sql("update command.reversion set state = 'CANCELLED', phase = 'OVER', ended_at = now(),"
                                + " error = 'DECLINED' where id = ? and state = 'WAITING_FOR_APPROVAL'")
                        .param(id)
                        .update();
        if (changed == 0) {
            throw new Refusal("NOT_WAITING", "Nothing of this id waits for an approval.");
        }
        return read(id);
    }

    /** @throws Refusal {@code NOT_NOW} */
    public Reversion pause(UUID id) {
        return move(id, "state = 'PAUSED'", "state in ('WAITING', 'RUNNING')");
    }

    /** @throws Refusal {@code NOT_NOW} */
    public Reversion resume(UUID id) {
        return move(id, "state = 'WAITING'", "state = 'PAUSED'");
    }

    /**
     * What is reverted stays so.
     *
     * @throws Refusal {@code NOT_NOW}
     */
    public Reversion cancel(UUID id) {
        return move(id, "state = 'CANCELLING'", "ended_at is null and phase in ('FINDING', 'REVERTING')");
    }

    private Reversion move(UUID id, String set, String where) {
        read(id);
        if (jdbc.sql("update command.reversion set " + set + " where id = ? and " + where)
                        .param(id)
                        .update()
                == 0) {
            throw new Refusal("NOT_NOW", "Refused: it is over, about to end, or waits for an approval.");
        }
        return read(id);
    }

    void begun(UUID id) {
        jdbc.sql("update command.reversion set state = 'RUNNING', progressed_at = now(), error = null"
                        + " where id = ? and state = 'WAITING'")
                .param(id)
                .update();
    }

    /** A part of what was found, and how far it was looked for, in the current transaction. */
    void found(UUID id, List<Match> matches, long reached, Duration took) {
        // One row for each ticket: the driver makes one statement of a batch, which must not meet a row twice.
        Map<UUID, String> versions = matches.stream()
                .collect(Collectors.groupingBy(
                        Match::ticket,
                        LinkedHashMap::new,
                        Collectors.mapping(
                                match -> Long.toString(match.version()), Collectors.joining(",", "{", "}"))));
        template.batchUpdate(
                "insert into command.reversion_ticket as t (reversion, ticket, versions) values (?, ?, ?::bigint[])"
                        + " on conflict (reversion, ticket) do update"
                        + " set versions = t.versions || excluded.versions",
                versions.entrySet().stream()
                        .map(ticket -> new Object[] {id, ticket.getKey(), ticket.getValue()})
                        .toList());
        jdbc.sql("update command.reversion set reached = ?, phase_ms = phase_ms + ?, progressed_at = now(),"
                        + " total = (select count(*) from command.reversion_ticket where reversion = id) where id = ?")
                .params(reached, took.toMillis(), id)
                .update();
    }

    void next(UUID id, Phase phase) {
        jdbc.sql("update command.reversion set phase = ?, phase_ms = 0, progressed_at = now() where id = ?")
                .params(phase.name(), id)
                .update();
    }

    /** Tickets that were not looked at yet, by id, with the versions to undo. */
    List<RevertedTicket> undecided(UUID id, int most) {
        return jdbc.sql(TICKET + " and outcome is null order by ticket limit ?")
                .params(id, most)
                .query(Reversions::ticket)
                .list();
    }

    /** In the current transaction. */
    void decided(UUID id, List<RevertedTicket> tickets, Duration took) {
        template.batchUpdate(
                "update command.reversion_ticket set outcome = ?, version = ?, restored = ?::text[],"
                        + " not_undone = ?::jsonb, moved_on = ?::jsonb, refusal = ? where reversion = ? and ticket = ?",
                tickets.stream()
                        .map(ticket -> new @Nullable Object[] {
                            String.valueOf(ticket.outcome()),
                            ticket.version(),
                            array(ticket.restored()),
                            JSON.writeValueAsString(ticket.notUndone()),
                            JSON.writeValueAsString(ticket.movedOn()),
                            ticket.refusal(),
                            id,
                            ticket.ticketId()
                        })
                        .toList());
        jdbc.sql("update command.reversion set done = done + ?, phase_ms = phase_ms + ?, progressed_at = now(),"
                        + " error = null where id = ?")
                .params(tickets.size(), took.toMillis(), id)
                .update();
    }

    private static String array(List<String> texts) {
        var array = new StringBuilder("{");
        for (var text : texts) {
            array.append(array.length() > 1 ? "," : "")
                    .append('"')
                    .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return array.append('}').toString();
    }

    /** @param fault a class of fault, never content */
    void failed(UUID id, String fault) {
        jdbc.sql("update command.reversion set error = ? where id = ?")
                .params(fault, id)
                .update();
    }

    void over(UUID id, State state) {
        jdbc.sql("update command.reversion set state = ?, phase = 'OVER', ended_at = now(), error = null where id = ?")
                .params(state.name(), id)
                .update();
    }

    /** How many tickets have become what. */
    public Map<Outcome, Long> counts(UUID id) {
        var counts = new EnumMap<Outcome, Long>(Outcome.class);
        for (var outcome : Outcome.values()) {
            counts.put(outcome, 0L);
        }
        jdbc.sql("select outcome, count(*) from command.reversion_ticket where reversion = ? and outcome is not null"
                        + " group by outcome")
                .param(id)
                .query((row, number) -> counts.put(Outcome.valueOf(row.getString(1)), row.getLong(2)))
                .list();
        return counts;
    }

    /**
     * What became of tickets, by id.
     *
     * @param outcome null for all
     * @param after the last ticket not to list; null for all
     */
    public List<RevertedTicket> tickets(UUID id, @Nullable Outcome outcome, @Nullable UUID after, int most) {
        var none = new UUID(0, 0);
        return jdbc.sql(TICKET + " and ticket > ? and (outcome = ? or ?) order by ticket limit ?")
                .params(id, after == null ? none : after, outcome == null ? "" : outcome.name(), outcome == null, most)
                .query(Reversions::ticket)
                .list();
    }

    private static RevertedTicket ticket(ResultSet row, int number) throws SQLException {
        var outcome = row.getString("outcome");
        var restored = row.getArray("restored");
        var notUndone = row.getString("not_undone");
        var movedOn = row.getString("moved_on");
        return new RevertedTicket(
                row.getObject("ticket", UUID.class),
                Arrays.stream((Long[]) row.getArray("versions").getArray())
                        .sorted()
                        .distinct()
                        .toList(),
                outcome == null ? null : Outcome.valueOf(outcome),
                row.getObject("version", Long.class),
                restored == null ? List.of() : List.of((String[]) restored.getArray()),
                notUndone == null ? List.of() : List.of(JSON.readValue(notUndone, NotUndone[].class)),
                movedOn == null ? List.of() : List.of(JSON.readValue(movedOn, MovedOn[].class)),
                row.getString("refusal"));
    }

    private static Reversion reversion(ResultSet row, int number) throws SQLException {
        return new Reversion(
                row.getObject("id", UUID.class),
                State.valueOf(row.getString("state")),
                Phase.valueOf(row.getString("phase")),
                JSON.readValue(row.getString("criteria"), Criteria.class),
                row.getBoolean("include_moved"),
                row.getBoolean("dry_run"),
                row.getString("reason"),
                JSON.readValue(row.getString("ordered_by"), Envelope.Actor.class),
                row.getObject("ordered_at", OffsetDateTime.class).toInstant(),
                row.getObject("approved_by", UUID.class),
                row.getLong("up_to"),
                row.getLong("reached"),
                row.getLong("total"),
                row.getLong("done"),
                row.getLong("phase_ms"),
                instant(row, "progressed_at"),
                row.getString("error"),
                instant(row, "ended_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
