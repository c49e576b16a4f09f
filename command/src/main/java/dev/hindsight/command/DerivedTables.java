package dev.hindsight.command;

import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent.PersonIdentified;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Fills anew, from the log, what commands keep beside it: the numbers of tickets and who has which address, token or
 * name in a source. For a restore of the log alone; no commands may run meanwhile. Remembered idempotency keys are not
 * derived and stay as they are.
 */
public final class DerivedTables {

    private static final int BATCH = 1_000;

    private final JdbcTemplate jdbc;
    private final PersonIndex index;
    private final TransactionOperations transactions;

    public DerivedTables(JdbcTemplate jdbc, PersonIndex index, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.index = index;
        this.transactions = transactions;
    }

    /**
     * All or nothing, in one transaction.
     *
     * @param log every event in order; what was erased reads {@link Personal#ERASED} and is nobody's any more
     */
    public void fill(Iterator<? extends Event> log) {
        transactions.executeWithoutResult(transaction -> {
            jdbc.update("delete from command.ticket_number");
            jdbc.update("delete from command.person_email");
            jdbc.update("delete from command.person_identity");
            jdbc.update("delete from command.imported_person");
            var numbers = new ArrayList<Object[]>(BATCH);
            while (log.hasNext()) {
                switch (log.next()) {
                    case TicketOpened e -> numbers.add(new Object[] {e.number(), e.ticketId()});
                    case TicketImported e -> numbers.add(new Object[] {e.number(), e.ticketId()});
                    case PersonRegistered e -> registered(e);
                    case PersonIdentified e -> identity(e.issuer(), e.subject(), e.personId());
                    default -> {
                        // nothing of it is kept beside the log
                    }
                }
                if (numbers.size() == BATCH) {
                    write(numbers);
                }
            }
            write(numbers);
            jdbc.queryForObject(
                    "select setval('command.ticket_number_seq', coalesce(max(number), 0) + 1, false)"
                            + " from command.ticket_number",
                    Long.class);
        });
    }

    private void registered(PersonRegistered e) {
        identity(e.issuer(), e.subject(), e.personId());
        String email = known(e.email());
        if (email != null) {
            index.claimEmail(email, e.personId());
        }
        String name = known(e.sourceName());
        if (e.source() != null && name != null) {
            index.claimImportedName(e.source(), name, e.personId());
        }
    }

    private void identity(@Nullable String issuer, @Nullable String subject, UUID person) {
        String from = known(issuer);
        String bearer = known(subject);
        if (from != null && bearer != null) {
            index.claimIdentity(from, bearer, person);
        }
    }

    private static @Nullable String known(@Nullable String value) {
        return Personal.ERASED.equals(value) ? null : value;
    }

    private void write(List<Object[]> numbers) {
        jdbc.batchUpdate("insert into command.ticket_number (number, ticket_id) values (?, ?)", numbers);
        numbers.clear();
    }
}
