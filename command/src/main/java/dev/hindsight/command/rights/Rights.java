package dev.hindsight.command.rights;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentJoinedTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentLeftTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessGranted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessRevoked;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueRestricted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueUnrestricted;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsShared;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsUnshared;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonLeftOrganization;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who reads and works which queue, and which organizations share their tickets. Written in the transaction of the event
 * that says so and never kept in memory: what was revoked is closed once the command is acknowledged, on every node.
 * Derived: every row repeats events. Safe for concurrent use.
 */
public final class Rights {

    private static final Pattern PERSON = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final JdbcClient jdbc;

    public Rights(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The person that the holder of a grant is; empty where it is a team. No team has a key that is an id. */
    public static Optional<UUID> person(String personOrTeam) {
        return PERSON.matcher(personOrTeam).matches() ? Optional.of(UUID.fromString(personOrTeam)) : Optional.empty();
    }

    /** Writes what an event says of rights, in the current transaction; nothing for other events. Repeatable. */
    public void follow(Event event) {
        switch (event) {
            case QueueRestricted e ->
                write("insert into command.restricted_queue (queue) values (?) on conflict do nothing", e.queue());
            case QueueUnrestricted e -> write("delete from command.restricted_queue where queue = ?", e.queue());
            case QueueAccessGranted e -> grant(e);
            case QueueAccessRevoked e ->
                write("delete from command.queue_grant where queue = ? and holder = ?", e.queue(), e.personOrTeam());
            case AgentJoinedTeam e ->
                write(
                        "insert into command.team_member (team, person) values (?, ?) on conflict do nothing",
                        e.team(),
                        e.person());
            case AgentLeftTeam e ->
                write("delete from command.team_member where team = ? and person = ?", e.team(), e.person());
            case PersonJoinedOrganization e ->
                write(
                        "insert into command.organization_member (person, organization) values (?, ?)"
                                + " on conflict (person) do update set organization = excluded.organization",
                        e.personId(),
                        e.organizationId());
            case PersonLeftOrganization e ->
                write("delete from command.organization_member where person = ?", e.personId());
            case OrganizationTicketsShared e ->
                write(
                        "insert into command.sharing_organization (organization) values (?) on conflict do nothing",
                        e.organizationId());
            case OrganizationTicketsUnshared e ->
                write("delete from command.sharing_organization where organization = ?", e.organizationId());
            default -> {}
        }
    }

    private void grant(QueueAccessGranted e) {
        UUID person = person(e.personOrTeam()).orElse(null);
        write(
                "insert into command.queue_grant (queue, holder, person, team, works) values (?, ?, ?, ?, ?)"
                        + " on conflict (queue, holder) do update set works = excluded.works",
                e.queue(),
                e.personOrTeam(),
                person,
                person == null ? e.personOrTeam() : null,
                e.work());
    }

    private void write(String sql, @Nullable Object... values) {
        jdbc.sql(sql).params(values).update();
    }

    /**
     * What an agent may do with a queue's tickets.
     *
     * @param queue null for tickets without one, which are everybody's
     */
    public QueueRight of(UUID agent, @Nullable String queue) {
        if (queue == null) {
            return QueueRight.WORK;
        }
        return jdbc.sql("""
                        select case
                            when not exists (select from command.restricted_queue where queue = :queue) then 'WORK'
                            else coalesce((select case when bool_or(works) then 'WORK' else 'READ' end
                                             from command.queue_right
                                            where queue = :queue and person = :person having count(*) > 0), 'NONE')
                        end
                        """)
                .param("queue", queue)
                .param("person", agent)
                .query((row, number) -> QueueRight.valueOf(row.getString(1)))
                .single();
    }

    /** Whether one of these people belongs to this organization, and it shares its tickets. */
    public boolean share(Collection<UUID> people, UUID organization) {
        return jdbc.sql("""
                        select exists (select from command.organization_member m
                                       join command.sharing_organization s on s.organization = m.organization
                                      where m.organization = :organization and m.person in (:people))
                        """)
                .param("organization", organization)
                .param("people", people)
                .query(Boolean.class)
                .single();
    }
}
