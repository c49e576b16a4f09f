package dev.hindsight.ops.erasure;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.command.erasure.DataKeyErasure;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.ticket.TellsRequester;
import dev.hindsight.ops.codec.keys.KeyOwner;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.codec.keys.MissingKeyException;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Ends keys by the one function that the application may call for it. On the command's own connection, unlike most other
 * uses of keys: the key and the event that tells of its end go together.
 */
final class DestroyedInDatabase implements DataKeyErasure {

    private static final Logger LOG = LoggerFactory.getLogger(DestroyedInDatabase.class);
    private static final int UUID_LENGTH = 36;
    private static final String TICKET_STREAM = "ticket-";
    private static final int CHUNK = 1_000;

    private final JdbcClient jdbc;
    private final KeyRing keys;
    private final ReadModels models;
    private final EventLog log;

    DestroyedInDatabase(JdbcClient jdbc, KeyRing keys, ReadModels models, EventLog log) {
        this.jdbc = jdbc;
        this.keys = keys;
        this.models = models;
        this.log = log;
    }

    @Override
    public void destroyPerson(UUID person) {
        destroy(KeyOwner.person(person));
    }

    @Override
    public void destroyTicket(UUID ticket) {
        destroy(KeyOwner.ticket(ticket));
    }

    private void destroy(String owner) {
        jdbc.sql("select keys.destroy(?)").param(owner).query(Long.class).single();
    }

    @Override
    public List<UUID> ticketsOf(UUID person) {
        return jdbc.sql("select right(t.owner, " + UUID_LENGTH + ")::uuid from keys.data_key t"
                        + " join keys.data_key p on p.key_id = t.wrapped_by where p.owner = ? order by 1")
                .param(KeyOwner.person(person))
                .query(UUID.class)
                .list();
    }

    @Override
    public boolean isOf(UUID person, UUID ticket) {
        return jdbc.sql("select exists (select from keys.data_key t join keys.data_key p on p.key_id = t.wrapped_by"
                        + " where p.owner = ? and t.owner = ?)")
                .params(KeyOwner.person(person), KeyOwner.ticket(ticket))
                .query(Boolean.class)
                .single();
    }

    /**
     * What the read model of tickets knows.
     *
     * @param position the last event that it knows of
     * @param theirs tickets whose requester the person was then
     * @param parked tickets that it passes over, of whichever requester
     */
    private record Rows(long position, Set<UUID> theirs, Set<UUID> parked) {}

    @Override
    public List<Doubt> doubtful(UUID person) {
        Rows rows = models.read(snapshot -> new Rows(
                snapshot.position(ReadModel.TICKETS),
                snapshot.jooq()
                        .select(TICKET.ID)
                        .from(TICKET)
                        .where(TICKET.REQUESTER.eq(person))
                        .fetchSet(TICKET.ID),
                snapshot.parkedTickets(ReadModel.TICKETS)));
        Set<UUID> wrapped = new HashSet<>(ticketsOf(person));
        Set<UUID> named = new HashSet<>(rows.theirs());
        named.addAll(wrapped);
        Set<UUID> doubts = new HashSet<>(rows.parked());
        doubts.addAll(inTail(rows.position(), person, named));
        named.stream()
                .filter(ticket -> !wrapped.contains(ticket) || !rows.theirs().contains(ticket))
                .forEach(doubts::add);
        return doubts.stream()
                .map(ticket -> new Doubt(ticket, named.contains(ticket)))
                .toList();
    }

    /**
     * Tickets whose requester is told by events that the read model does not know yet.
     *
     * @param named tickets that are known; of others only those that become the person's are told
     */
    private Set<UUID> inTail(long from, UUID person, Set<UUID> named) {
        var found = new HashSet<UUID>();
        long head = log.head();
        long position = from;
        while (position < head) {
            List<LoggedEvent> events = log.after(position, CHUNK);
            if (events.isEmpty()) {
                break;
            }
            for (LoggedEvent event : events) {
                if (isTicket(event.stream())) {
                    UUID ticket = ticket(event.stream());
                    if (tellsRequester(event, named.contains(ticket) ? null : person)) {
                        found.add(ticket);
                    }
                }
            }
            position = events.getLast().position();
        }
        return found;
    }

    /** @param person whom it has to name; null for anybody */
    private static boolean tellsRequester(LoggedEvent logged, @Nullable UUID person) {
        Event event;
        try {
            event = logged.event();
        } catch (RuntimeException unreadable) {
            LOG.warn("The event at {} can't be read, and may change a requester", logged.position(), unreadable);
            return true;
        }
        return event instanceof TellsRequester told
                && told.tellsRequester()
                && (person == null || person.equals(told.requesterId()));
    }

    private static boolean isTicket(String stream) {
        return stream.startsWith(TICKET_STREAM);
    }

    private static UUID ticket(String stream) {
        return UUID.fromString(stream.substring(TICKET_STREAM.length()));
    }

    @Override
    public void belongsTo(UUID ticket, @Nullable UUID requester) {
        String wrapper = requester == null ? KeyOwner.SYSTEM : KeyOwner.person(requester);
        Set<String> destroyed = keys.destroyed(List.of(KeyOwner.ticket(ticket), wrapper));
        if (!destroyed.isEmpty()) {
            LOG.info("Ticket {} stays with whom its key hangs on: {} destroyed", ticket, destroyed);
            return;
        }
        try {
            keys.changeRequester(ticket, requester);
        } catch (MissingKeyException neverRestored) {
            LOG.warn("Ticket {} has no key: nobody reads its content", ticket, neverRestored);
        }
    }
}
