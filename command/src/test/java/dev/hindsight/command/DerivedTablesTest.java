package dev.hindsight.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.dispatch.TicketNumbers;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent.PersonIdentified;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class DerivedTablesTest {

    private static final Instant AT = Instant.parse("2026-03-02T08:00:00Z");

    private static PersonRegistered person(String email, String issuer, String subject) {
        return new PersonRegistered(UUID.randomUUID(), AT, "Name", email, issuer, subject, null, null);
    }

    private static TicketOpened ticket(long number) {
        return new TicketOpened(
                UUID.randomUUID(),
                AT,
                number,
                "INCIDENT",
                "S",
                null,
                null,
                UUID.randomUUID(),
                null,
                3,
                3,
                "P5",
                "hindsight-1",
                null,
                null,
                List.of(),
                Map.of(),
                Map.of(),
                "API",
                null);
    }

    @Test
    void what_stands_beside_the_log_is_filled_from_it_alone() {
        try (var rig = new CommandRig(CommandRig.NO_POSITIONS)) {
            var ana = person("ana@example.org", "iss", "ana");
            var rita = new PersonRegistered(UUID.randomUUID(), AT, null, "rita@example.org", null, null, null, null);
            var imported = new PersonRegistered(UUID.randomUUID(), AT, "U 7", null, null, null, "servicenow", "User 7");
            var erased = new PersonRegistered(
                    UUID.randomUUID(),
                    AT,
                    Personal.ERASED,
                    Personal.ERASED,
                    Personal.ERASED,
                    Personal.ERASED,
                    null,
                    null);
            var opened = ticket(1042);
            List<Event> log = List.of(
                    ana,
                    rita,
                    imported,
                    erased,
                    erased,
                    opened,
                    ticket(7),
                    new PersonIdentified(rita.personId(), AT, "iss", "rita"),
                    new PersonRenamed(rita.personId(), AT, "Rita"));
            var numbers = new TicketNumbers(JdbcClient.create(rig.jdbc));
            numbers.record(9_999, UUID.randomUUID());
            rig.index.claimEmail("ana@example.org", UUID.randomUUID());

            new DerivedTables(
                            rig.jdbc,
                            rig.index,
                            new TransactionTemplate(new JdbcTransactionManager(rig.database.dataSource())))
                    .fill(log.iterator());

            assertThat(rig.people.named("ana@example.org", null).person()).isEqualTo(ana.personId());
            assertThat(rig.people.named("rita@example.org", null).person()).isEqualTo(rita.personId());
            assertThat(rig.index.byImportedName("servicenow", "User 7")).contains(imported.personId());
            assertThat(rig.jdbc.queryForList(
                            "select person_id from command.person_identity order by person_id", UUID.class))
                    .containsExactlyInAnyOrder(ana.personId(), rita.personId());
            assertThat(numbers.ticketOf(1042)).contains(opened.ticketId());
            assertThat(numbers.ticketOf(9_999)).isEmpty();
            assertThat(numbers.next()).isEqualTo(1043);
        }
    }
}
