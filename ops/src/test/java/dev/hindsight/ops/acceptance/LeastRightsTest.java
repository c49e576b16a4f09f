package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the application may not do in its own database, tried under its own role; and who may read the keys' files. */
class LeastRightsTest {

    private static final String REFUSED = "42501";

    private final RunningApplication app = RunningApplication.shared();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update log.event set payload = payload",
                "delete from log.event",
                "truncate log.event",
                "alter table log.event add column more text",
                "drop table log.event",
                "create table log.mine ()",
                "update log.placement set recorded_at = recorded_at",
                "delete from log.placement",
                "truncate log.placement",
                "delete from log.sequencer",
                "select setval('log.append_number', 1)",
                "delete from keys.data_key",
                "truncate keys.data_key",
                "update keys.data_key set destroyed_at = now(), wrapped_key = null",
                "update keys.data_key set owner = owner",
                "update keys.lookup_key set wrapped_key = wrapped_key",
                "delete from keys.lookup_key",
                "create table keys.mine ()",
                "delete from keys.signing_key",
                "update keys.signing_key set public_key = public_key",
                "delete from ledger.tile",
                "truncate ledger.tile",
                "alter table ledger.tile disable trigger all",
                "delete from ledger.sealed",
                "delete from ledger.checkpoint",
                "update ledger.checkpoint set note = note",
                "create table ledger.mine ()",
                "select setval('command.ticket_number_seq', 1)",
                "create table command.mine ()",
                "create table public.mine ()",
                "create schema mine",
                "insert into readmodel.ticket select * from readmodel.ticket",
                "drop table readmodel.ticket",
                "update log.flyway_schema_history set success = true",
                "delete from readmodel.flyway_schema_history",
                "set role hindsight_owner",
                "create role mine",
                "select * from pg_authid",
                "select pg_read_file('/etc/passwd')",
                "copy log.event to program 'true'"
            })
    void theApplicationMayNot(String statement) throws SQLException {
        try (Connection connection = application();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> sql.execute(statement))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState())
                                    .as(refused.getMessage())
                                    .isEqualTo(REFUSED));
            connection.rollback();
        }
    }

    @Test
    void theApplicationMayReadAndAppend() throws SQLException {
        try (Connection connection = application();
                Statement sql = connection.createStatement();
                ResultSet row = sql.executeQuery("select has_table_privilege('log.event', 'INSERT'),"
                        + " has_table_privilege('log.placement', 'INSERT'), (select count(*) from log.event),"
                        + " rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls"
                        + " or exists (select from pg_auth_members where member = r.oid)"
                        + " from pg_roles r where rolname = current_user")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getBoolean(1)).isTrue();
            assertThat(row.getBoolean(2)).isTrue();
            assertThat(row.getLong(3)).isPositive();
            assertThat(row.getBoolean(4)).as("special rights").isFalse();
        }
    }

    @Test
    void onlyTheOwnerReadsKeysAndSecrets() throws Exception {
        assertThat(permissions("keys")).isEqualTo("rwx------");
        assertThat(permissions("keys/master.key")).isEqualTo("rw-------");
        assertThat(permissions("secrets.properties")).isEqualTo("rw-------");
        assertThat(permissions("development-issuer.jwk")).isEqualTo("rw-------");
        assertThat(permissions("uploads")).isEqualTo("rwx------");
        assertThat(permissions("attachments")).isEqualTo("rwx------");
    }

    private String permissions(String file) throws Exception {
        Path path = app.data().resolve(file);
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Connection application() throws SQLException {
        Map<String, Object> properties = app.installation().properties();
        return DriverManager.getConnection(
                (String) properties.get("hindsight.database.url"),
                (String) properties.get("hindsight.database.username"),
                (String) properties.get("hindsight.database.password"));
    }
}
