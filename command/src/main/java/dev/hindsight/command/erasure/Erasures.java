package dev.hindsight.command.erasure;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.PersonEvent.ErasureApproved;
import dev.hindsight.domain.people.PersonEvent.ErasureDeclined;
import dev.hindsight.domain.people.PersonEvent.ErasureFinished;
import dev.hindsight.domain.people.PersonEvent.ErasureRequested;
import dev.hindsight.domain.people.PersonEvent.PersonalDataErased;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Erasures of people and how far they are. Written in the transactions of the events that say so; all but the fault is
 * derived. Safe for concurrent use.
 */
public final class Erasures {

    private static final String SELECT =
            "select person_id, id, state, asked_by, reason, asked_at, approved_by, erased_at, finished_at, fault"
                    + " from command.erasure";

    /** How far an erasure is. */
    public enum State {
        /** A second person has to agree. */
        WAITING_FOR_APPROVAL,
        /** Holds are in its way, or it is about to begin. */
        WAITING,
        /** The keys are destroyed; what was made of the content is made anew or deleted. */
        ERASING,
        /** The receipt is written. */
        DONE
    }

    /**
     * One erasure.
     *
     * @param fault what kept it from being finished when it was last tried; null for nothing
     */
    public record Row(
            UUID person,
            UUID id,
            State state,
            UUID askedBy,
            String reason,
            Instant askedAt,
            @Nullable UUID approvedBy,
            @Nullable Instant erasedAt,
            @Nullable Instant finishedAt,
            @Nullable String fault) {}

    private final JdbcClient jdbc;

    public Erasures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Writes what an event says, in the current transaction; nothing for other events. */
    public void follow(Event event) {
        switch (event) {
            case ErasureRequested e ->
                jdbc.sql("insert into command.erasure (person_id, id, state, asked_by, reason, asked_at)"
                                + " values (?, ?, ?, ?, ?, ?)")
                        .params(
                                e.personId(),
                                e.erasureId(),
                                (e.approvalNeeded() ? State.WAITING_FOR_APPROVAL : State.WAITING).name(),
                                e.askedBy(),
                                e.reason(),
                                time(e.at()))
                        .update();
            case ErasureApproved e ->
                jdbc.sql("update command.erasure set state = 'WAITING', approved_by = ? where id = ?")
                        .params(e.approvedBy(), e.erasureId())
                        .update();
            case ErasureDeclined e ->
                jdbc.sql("delete from command.erasure where id = ?")
                        .param(e.erasureId())
                        .update();
            case PersonalDataErased e ->
                jdbc.sql("update command.erasure set state = 'ERASING', erased_at = ? where id = ?")
                        .params(time(e.at()), e.erasureId())
                        .update();
            case ErasureFinished e ->
                jdbc.sql("update command.erasure set state = 'DONE', finished_at = ?, fault = null where id = ?")
                        .params(time(e.at()), e.erasureId())
                        .update();
            default -> {}
        }
    }

    private static OffsetDateTime time(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    public Optional<Row> of(UUID person) {
        return jdbc.sql(SELECT + " where person_id = ?")
                .param(person)
                .query(Erasures::row)
                .optional();
    }

    public Optional<Row> byId(UUID id) {
        return jdbc.sql(SELECT + " where id = ?").param(id).query(Erasures::row).optional();
    }

    /** Those in one of these states, the oldest first. */
    public List<Row> in(State... states) {
        return jdbc.sql(SELECT + " where state <> 'DONE' and state in (:states) order by asked_at, id")
                .param("states", List.of(states).stream().map(State::name).toList())
                .query(Erasures::row)
                .list();
    }

    /** @param fault a class of fault, never content; null where it was tried and nothing failed */
    public void failed(UUID id, @Nullable String fault) {
        jdbc.sql("update command.erasure set fault = ? where id = ? and state <> 'DONE'")
                .params(Arrays.asList(fault, id))
                .update();
    }

    private static Row row(java.sql.ResultSet row, int number) throws java.sql.SQLException {
        return new Row(
                row.getObject(1, UUID.class),
                row.getObject(2, UUID.class),
                State.valueOf(row.getString(3)),
                row.getObject(4, UUID.class),
                row.getString(5),
                instant(row.getObject(6, OffsetDateTime.class)),
                row.getObject(7, UUID.class),
                maybe(row.getObject(8, OffsetDateTime.class)),
                maybe(row.getObject(9, OffsetDateTime.class)),
                row.getString(10));
    }

    private static Instant instant(OffsetDateTime time) {
        return time.toInstant();
    }

    private static @Nullable Instant maybe(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
