package dev.hindsight.query.audit;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.query.Accessed;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.ReadableEvents;
import dev.hindsight.query.ticket.TicketReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The events of the log for auditors, with their envelopes, of one ticket or across all streams. */
@RestController
public final class AuditController {

    /** A filter that hits seldom ends its page after so many events. */
    private static final int MOST_SEARCHED = 20_000;

    private static final int SEARCHED_AT_ONCE = 1_000;
    private static final Pattern TYPE = Pattern.compile("[a-z]+(?:[.-][a-z]+)*");

    /** A key leaves the installation for nobody, not even wrapped. */
    private static final String WRAPPED_KEY = "wrappedKey";

    private final TicketReader reader;
    private final RawLog raw;
    private final EventLog log;
    private final EventForms forms;
    private final JsonMapper json;

    public AuditController(TicketReader reader, RawLog raw, EventLog log, EventForms forms, JsonMapper json) {
        this.reader = reader;
        this.raw = raw;
        this.log = log;
        this.forms = forms;
        this.json = json;
    }

    /**
     * The events of a ticket.
     *
     * @param after the last position that the caller has
     */
    @GetMapping("/api/v1/audit/tickets/{id}/events")
    public ResponseEntity<AuditedEventPage> ofTicket(
            Caller caller,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String minPosition)
            throws InterruptedException {
        Auditors.need(caller);
        long from = after(after);
        int most = Parameters.limit(limit);
        TicketReader.Found ticket = reader.find(caller, id, minPosition, List.of());
        var found = new ArrayList<RawLog.Stored>();
        try (RawLog.Reading reading = raw.ofStreams(List.of("ticket-" + ticket.id()), ticket.position())) {
            for (List<RawLog.Stored> some = reading.next();
                    some != null && found.size() <= most;
                    some = reading.next()) {
                some.stream()
                        .filter(event -> event.header().position() > from)
                        .limit(most + 1L - found.size())
                        .forEach(found::add);
            }
        }
        boolean more = found.size() > most;
        List<RawLog.Stored> told = found.subList(0, Math.min(most, found.size()));
        return page(audited(told), more ? told.getLast().header().position() : null, ticket.position());
    }

    /**
     * Events across streams.
     *
     * @param actor id of the person who acted
     * @param type stored name, such as ticket.opened
     * @param from recorded at or after it
     * @param to recorded before it
     * @param after the last position that the caller has
     */
    @GetMapping("/api/v1/audit/events")
    public ResponseEntity<AuditedEventPage> events(
            Caller caller,
            @RequestParam(required = false) @Nullable String actor,
            @RequestParam(required = false) @Nullable String type,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable String limit)
            throws InterruptedException {
        Auditors.need(caller);
        Accessed.events();
        UUID person =
                actor == null ? null : actor.strip().equals("me") ? caller.person() : Parameters.id("actor", actor);
        String name = type == null ? null : Parameters.text("type", type);
        if (name != null && !TYPE.matcher(name).matches()) {
            throw new InvalidRequest("type", "must be a stored name such as ticket.opened");
        }
        Instant first = Parameters.instant("from", from);
        Instant end = Parameters.instant("to", to);
        if (first != null && end != null && first.isAfter(end)) {
            throw new InvalidRequest("from", "must not be later than to");
        }
        int most = Parameters.limit(limit);
        long begin = after(after);
        if (first != null) {
            begin = Math.max(begin, log.recordedBy(first.minusNanos(1_000)));
        }
        long head = raw.head();
        long last = end == null ? head : Math.min(head, log.recordedBy(end.minusNanos(1_000)));
        var found = new ArrayList<RawLog.Stored>();
        long searched = begin;
        long stop = Math.min(last, begin + MOST_SEARCHED);
        while (searched < stop && found.size() < most) {
            searched = search(person, name, searched, Math.min(stop, searched + SEARCHED_AT_ONCE), most, found);
        }
        return page(audited(found), searched < last ? searched : null, head);
    }

    /** @return the last position that was searched */
    private long search(
            @Nullable UUID person, @Nullable String name, long after, long upTo, int most, List<RawLog.Stored> found)
            throws InterruptedException {
        try (RawLog.Reading reading = raw.inOrder(after, upTo)) {
            for (List<RawLog.Stored> some = reading.next(); some != null; some = reading.next()) {
                for (RawLog.Stored event : some) {
                    if ((name == null || name.equals(event.header().name()))
                            && (person == null || person.equals(actor(event)))) {
                        found.add(event);
                        if (found.size() == most) {
                            return event.header().position();
                        }
                    }
                }
            }
        }
        return upTo;
    }

    private @Nullable UUID actor(RawLog.Stored event) {
        return Parameters.maybeId(json.readTree(event.metadata())
                        .path("actor")
                        .path("person")
                        .asString(""))
                .orElse(null);
    }

    /** Not while a reading is open: each asks for a connection of its own. */
    private List<AuditedEvent> audited(List<RawLog.Stored> events) {
        return events.stream().map(this::audited).toList();
    }

    private AuditedEvent audited(RawLog.Stored event) {
        EventHeader header = event.header();
        return new AuditedEvent(
                header.position(),
                header.stream(),
                header.version(),
                header.eventId(),
                header.name(),
                header.revision(),
                header.occurredAt(),
                header.recordedAt(),
                text(event.metadata()),
                text(event.payload()),
                read(header));
    }

    private @Nullable String read(EventHeader header) {
        List<LoggedEvent> events = log.after(header.position() - 1, 1);
        if (events.isEmpty()) {
            return null;
        }
        LoggedEvent event = events.getFirst();
        try {
            byte[] data =
                    ReadableEvents.read(event, () -> forms.of(event.event()).data(), "");
            JsonNode tree = json.readTree(data);
            if (tree instanceof ObjectNode object && object.has(WRAPPED_KEY)) {
                object.remove(WRAPPED_KEY);
                return json.writeValueAsString(object);
            }
            return text(data);
        } catch (Unavailable unreadable) { // what is stored is told all the same
            return null;
        }
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static long after(@Nullable String after) {
        return after == null
                ? 0
                : Parameters.natural(after.strip())
                        .orElseThrow(() -> new InvalidRequest("after", "must be a position: a whole number from 0 on"));
    }

    private static ResponseEntity<AuditedEventPage> page(
            List<AuditedEvent> items, @Nullable Long nextAfter, long position) {
        return Freshness.answer(position).body(new AuditedEventPage(items, nextAfter, position));
    }
}
