package dev.hindsight.command.erasure;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.OrganizationEvent;
import dev.hindsight.domain.people.PersonEvent;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is held. Written in the transaction of the event that says so; derived, every row repeats an event. Erasures and
 * holds take turns by {@link #lock}, so that nothing is erased that was held before. Safe for concurrent use.
 */
public final class LegalHolds {

    /**
     * Name of the advisory lock. Whoever changes a ticket's requester holds it shared until the end of the transaction, so
     * that neither a hold nor an erasure is decided on whose the ticket was.
     */
    public static final String LOCK = "command.legal_hold";

    /** What a hold is on. */
    public enum Kind {
        TICKET,
        PERSON,
        ORGANIZATION
    }

    /** One hold. */
    public record Hold(Kind kind, UUID id, Instant since, String reason) {}

    private final JdbcClient jdbc;

    public LegalHolds(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Until the end of the transaction no other places a hold, erases anything or changes a requester. */
    public void lock() {
        jdbc.sql("select pg_advisory_xact_lock(hashtext(?))")
                .param(LOCK)
                .query((row, number) -> 0)
                .list();
    }

    /** Writes what an event of a person or organization says of holds; nothing for other events. */
    public void follow(Event event) {
        switch (event) {
            case PersonEvent.LegalHoldPlaced e -> place(Kind.PERSON, e.personId(), e.at(), e.reason());
            case PersonEvent.LegalHoldReleased e -> release(Kind.PERSON, e.personId());
            case OrganizationEvent.LegalHoldPlaced e ->
                place(Kind.ORGANIZATION, e.organizationId(), e.at(), e.reason());
            case OrganizationEvent.LegalHoldReleased e -> release(Kind.ORGANIZATION, e.organizationId());
            default -> {}
        }
    }

    /** In the current transaction; one that is there stays as it is. */
    public void place(Kind kind, UUID id, Instant at, String reason) {
        jdbc.sql("insert into command.legal_hold (kind, id, since, reason) values (?, ?, ?, ?) on conflict do nothing")
                .params(kind.name(), id, OffsetDateTime.ofInstant(at, ZoneOffset.UTC), reason)
                .update();
    }

    /** In the current transaction; none that is not there is no error. */
    public void release(Kind kind, UUID id) {
        jdbc.sql("delete from command.legal_hold where kind = ? and id = ?")
                .params(kind.name(), id)
                .update();
    }

    public Optional<Hold> on(Kind kind, @Nullable UUID id) {
        return id == null
                ? Optional.empty()
                : jdbc.sql("select id, since, reason from command.legal_hold where kind = ? and id = ?")
                        .params(kind.name(), id)
                        .query((row, number) -> new Hold(
                                kind,
                                row.getObject(1, UUID.class),
                                row.getObject(2, OffsetDateTime.class).toInstant(),
                                row.getString(3)))
                        .optional();
    }

    /** All of a kind, the oldest first. */
    public List<Hold> all(Kind kind) {
        return jdbc.sql("select id, since, reason from command.legal_hold where kind = ? order by since, id")
                .param(kind.name())
                .query((row, number) -> new Hold(
                        kind,
                        row.getObject(1, UUID.class),
                        row.getObject(2, OffsetDateTime.class).toInstant(),
                        row.getString(3)))
                .list();
    }

    /** Those on a ticket itself, on its requester and on its organization. */
    public List<Hold> concerning(UUID ticket, @Nullable UUID requester, @Nullable UUID organization) {
        var holds = new ArrayList<Hold>();
        on(Kind.TICKET, ticket).ifPresent(holds::add);
        on(Kind.PERSON, requester).ifPresent(holds::add);
        on(Kind.ORGANIZATION, organization).ifPresent(holds::add);
        return holds;
    }
}
