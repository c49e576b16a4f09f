package dev.hindsight.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What was granted, as commands write it: their own migration, and hands to put rows into its tables. */
public final class GrantTables {

    private final JdbcTemplate jdbc;

    public GrantTables(DataSource dataSource) {
        jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("create schema command");
        jdbc.execute(migration().replace("${app_role}", "current_user"));
    }

    public void restrict(String queue) {
        jdbc.update("insert into command.restricted_queue (queue) values (?)", queue);
    }

    public void grant(String queue, UUID person) {
        jdbc.update(
                "insert into command.queue_grant (queue, holder, person, works) values (?, ?, ?, false)",
                queue,
                person.toString(),
                person);
    }

    public void grant(String queue, String team) {
        jdbc.update(
                "insert into command.queue_grant (queue, holder, team, works) values (?, ?, ?, false)",
                queue,
                team,
                team);
    }

    public void revoke(String queue, Object holder) {
        jdbc.update("delete from command.queue_grant where queue = ? and holder = ?", queue, holder.toString());
    }

    public void join(String team, UUID person) {
        jdbc.update("insert into command.team_member (team, person) values (?, ?)", team, person);
    }

    public void share(UUID organization, UUID... members) {
        jdbc.update("insert into command.sharing_organization (organization) values (?)", organization);
        for (UUID member : members) {
            jdbc.update(
                    "insert into command.organization_member (person, organization) values (?, ?)",
                    member,
                    organization);
        }
    }

    public void forgetAll() {
        jdbc.update("truncate command.restricted_queue, command.queue_grant, command.team_member,"
                + " command.organization_member, command.sharing_organization");
    }

    private static String migration() {
        try {
            return Files.readString(Path.of(
                    System.getProperty("hindsight.root"),
                    "command/src/main/resources/db/migration/command/V4__grants.sql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
