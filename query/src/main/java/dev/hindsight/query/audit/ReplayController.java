package dev.hindsight.query.audit;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.conversation.Message;
import dev.hindsight.query.conversation.Messages;
import dev.hindsight.query.ticket.TicketHistory.Step;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.ticket.TicketReader.Found;
import dev.hindsight.query.ticket.TicketReader.Subject;
import dev.hindsight.query.ticket.TicketReader.Then;
import dev.hindsight.query.ticket.Tickets;
import dev.hindsight.query.timeline.Cause;
import dev.hindsight.query.timeline.TimelineEntry;
import dev.hindsight.query.timeline.Timelines;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * A ticket event by event, for auditors: one line of JSON for each, written as it is read, so that no more than some
 * states are held at a time. The last line says that it is complete; where that is missing, the answer broke off.
 */
@RestController
public final class ReplayController {

    /** States that are told from one snapshot. */
    private static final int CHUNK = 100;

    private final TicketReader reader;
    private final Tickets tickets;
    private final Timelines timelines;
    private final JsonMapper json;

    public ReplayController(TicketReader reader, Tickets tickets, Timelines timelines, JsonMapper json) {
        this.reader = reader;
        this.tickets = tickets;
        this.timelines = timelines;
        this.json = json;
    }

    @GetMapping("/api/v1/audit/tickets/{id}/replay")
    public void replay(
            Caller caller,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String minPosition,
            HttpServletResponse response)
            throws IOException {
        Auditors.need(caller);
        Found found = reader.find(caller, id, minPosition, List.of());
        long last = 0;
        try (Stream<Step> steps = reader.steps(found, Moment.NOW)) {
            Iterator<Step> each = steps.iterator();
            List<byte[]> lines = lines(caller, found, next(each)); // what is refused is refused before the first line
            response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
            response.setHeader(Freshness.POSITION_HEADER, Long.toString(found.position()));
            OutputStream out = response.getOutputStream();
            while (true) {
                for (byte[] line : lines) {
                    out.write(line);
                    out.write('\n');
                }
                last += lines.size();
                if (!each.hasNext()) {
                    break;
                }
                lines = lines(caller, found, next(each));
            }
            out.write(("{\"complete\":" + last + "}\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** At most a chunk; events that operators had left out made nothing of the ticket. */
    private static List<Step> next(Iterator<Step> each) {
        var steps = new ArrayList<Step>();
        while (steps.size() < CHUNK && each.hasNext()) {
            Step step = each.next();
            if (!step.skipped()) {
                steps.add(step);
            }
        }
        return steps;
    }

    private List<byte[]> lines(Caller caller, Found found, List<Step> steps) {
        return steps.isEmpty()
                ? List.of()
                : reader.again(
                        caller, found, List.of(), (snapshot, visibility) -> lines(snapshot, visibility, found, steps));
    }

    private List<byte[]> lines(Snapshot snapshot, Visibility visibility, Found found, List<Step> steps) {
        Map<Long, PastTicket> states = new HashMap<>();
        Map<Long, Cause> causes = new HashMap<>();
        for (Step step : steps) {
            long version = step.event().version();
            states.put(version, Objects.requireNonNull(step.after()));
            causes.put(version, Cause.of(step.event().envelope()));
        }
        long before = steps.getFirst().event().version() - 1;
        PastTicket end = Objects.requireNonNull(steps.getLast().after());
        Subject subject = new Subject(
                found.id(), end.version(), visibility, found.parked(), new Then(Moment.NOW, end, end.position()));
        Map<Long, Message> messages = Messages.of(snapshot, subject, before, CHUNK * 2).stream()
                .collect(Collectors.toMap(Message::version, message -> message));
        Tickets.Past past = tickets.past(snapshot, visibility, found.id(), states.values());
        var lines = new ArrayList<byte[]>();
        for (TimelineEntry entry : timelines.entries(snapshot, subject, before, CHUNK * 2)) {
            PastTicket state = states.get(entry.version());
            Cause cause = causes.get(entry.version());
            if (state != null && cause != null) {
                lines.add(json.writeValueAsBytes(
                        new ReplayedEvent(entry, cause, messages.get(entry.version()), past.of(state))));
            }
        }
        return lines;
    }
}
