package dev.hindsight.command;

import dev.hindsight.command.erasure.Erasures;
import dev.hindsight.command.erasure.LegalHolds;
import dev.hindsight.command.people.Fingerprints;
import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.command.people.PersonIndexFilling;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Writes the tables of schema {@code command} anew from the log, where they are empty: everything in them but what lasts
 * a day repeats events. For one thread.
 */
public final class CommandTables {

    private static final int BATCH = 1_000;

    /** Numbers that were told to people and then lost with the end of the log are not given again. */
    private static final long NUMBERS_LEFT_OUT = 1_000;

    private final JdbcTemplate jdbc;
    private final Rights rights;
    private final PersonIndexFilling people;
    private final LegalHolds holds;
    private final Erasures erasures;
    private final List<Object[]> numbers = new ArrayList<>();
    private final List<Object[]> contents = new ArrayList<>();
    private long highest;

    /** @param connection whose transaction all is written in; may set the sequence of numbers */
    public CommandTables(Connection connection, Fingerprints fingerprints) {
        var own = new SingleConnectionDataSource(connection, true);
        this.jdbc = new JdbcTemplate(own);
        JdbcClient client = JdbcClient.create(own);
        this.rights = new Rights(client);
        this.holds = new LegalHolds(client);
        this.erasures = new Erasures(client);
        this.people = new PersonIndexFilling(new PersonIndex(client, fingerprints));
    }

    /** Events are told in the order of the log; those that no table repeats change nothing. */
    public void follow(Event event) {
        switch (event) {
            case TicketOpened e -> number(e.number(), e.ticketId());
            case TicketImported e -> number(e.number(), e.ticketId());
            case AttachmentAdded e -> content(e.content(), e.ticketId());
            case TicketEvent.LegalHoldPlaced e -> holds.place(LegalHolds.Kind.TICKET, e.ticketId(), e.at(), e.reason());
            case TicketEvent.LegalHoldReleased e -> holds.release(LegalHolds.Kind.TICKET, e.ticketId());
            case PersonEvent e -> people.follow(e);
            default -> {}
        }
        rights.follow(event);
        holds.follow(event);
        erasures.follow(event);
    }

    private void number(long number, UUID ticket) {
        highest = Math.max(highest, number);
        numbers.add(new Object[] {number, ticket});
        if (numbers.size() == BATCH) {
            writeNumbers();
        }
    }

    private void writeNumbers() {
        jdbc.batchUpdate("insert into command.ticket_number (number, ticket_id) values (?, ?)", numbers);
        numbers.clear();
    }

    private void content(String content, UUID ticket) {
        contents.add(new Object[] {HexFormat.of().parseHex(content), ticket});
        if (contents.size() == BATCH) {
            writeContents();
        }
    }

    /** The cleaner looks at all of them once: some were taken away since. */
    private void writeContents() {
        jdbc.batchUpdate(
                "insert into command.attachment_content (content, ticket_id, look_at)"
                        + " values (?, ?, clock_timestamp()) on conflict do nothing",
                contents);
        contents.clear();
    }

    /** Writes what is left; numbers go on behind the highest. */
    public void finish() {
        writeNumbers();
        writeContents();
        if (highest > 0) {
            jdbc.queryForObject(
                    "select setval('command.ticket_number_seq', ?)", Long.class, highest + NUMBERS_LEFT_OUT);
        }
    }
}
