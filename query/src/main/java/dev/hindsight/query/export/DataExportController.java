package dev.hindsight.query.export;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_ATTACHMENT;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import dev.hindsight.query.Accessed;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.ReadableEvents;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Everything that is kept of a person as lines of JSON, one ticket after the other, so that no connection to the database
 * is held while a slow client reads: their profile, the events of their own stream, the tickets whose requester they are
 * with every public message and the list of files, and what they wrote publicly on tickets of others. Never internal
 * notes. Whoever is erased meanwhile is not told of any further: the last line says that the export is not complete.
 */
@RestController
public final class DataExportController {

    private static final int PAGE = 200;
    private static final String NOTE = "INTERNAL_NOTE";
    private static final String KIND = "kind";

    private final ReadModels models;
    private final EventLog log;
    private final EventForms forms;
    private final JsonMapper json;

    public DataExportController(ReadModels models, EventLog log, EventForms forms, JsonMapper json) {
        this.models = models;
        this.log = log;
        this.forms = forms;
        this.json = json;
    }

    @GetMapping("/api/v1/people/{person}/data-export")
    public void exportPersonalData(Caller caller, @PathVariable String person, HttpServletResponse response)
            throws IOException {
        if (!caller.is(Role.ADMIN)) {
            throw new Forbidden("Only admins export what is kept of a person.");
        }
        UUID id = person.equals("me")
                ? caller.person()
                : Parameters.maybeId(person).orElseThrow(DataExportController::nobody);
        ObjectNode profile = models.read(snapshot -> profile(snapshot, id));
        List<ObjectNode> changes = changes(id);
        Accessed.export(id);
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"person-" + id + ".ndjson\"");
        OutputStream out = response.getOutputStream();
        line(out, profile);
        for (ObjectNode change : changes) {
            line(out, change);
        }
        long tickets = tickets(id, out);
        long messages = tickets < 0 ? -1 : messagesElsewhere(id, out);
        ObjectNode end = json.createObjectNode().put(KIND, "end");
        end.put("complete", messages >= 0);
        end.put("tickets", Math.max(0, tickets));
        line(out, end);
    }

    private ObjectNode profile(Snapshot snapshot, UUID id) {
        var row = snapshot.jooq().selectFrom(PERSON).where(PERSON.ID.eq(id)).fetchOne();
        if (row == null) {
            throw nobody();
        }
        ObjectNode profile = json.createObjectNode().put(KIND, "profile").put("id", id.toString());
        profile.put("name", row.getName());
        profile.put("email", row.getEmail());
        profile.put("registeredAt", row.getRegisteredAt().toString());
        profile.put("agent", row.getIsAgent());
        profile.put("identified", row.getIdentified());
        profile.put("source", row.getSource());
        profile.put("organization", text(row.getOrganization()));
        return profile;
    }

    private static NotFound nobody() {
        return new NotFound("There is no such person.");
    }

    /** The events of the person's own stream: every name and address that they had, and when. */
    private List<ObjectNode> changes(UUID person) {
        var changes = new ArrayList<ObjectNode>();
        try (var events = log.eventsOf("person-" + person)) {
            events.forEach(logged -> {
                Event event = ReadableEvents.event(logged);
                if (event instanceof PersonEvent) {
                    EventForms.Form form = forms.of(event);
                    ObjectNode change =
                            json.createObjectNode().put(KIND, "change").put("event", form.name());
                    change.put("at", event.at().toString());
                    change.set("data", json.readTree(form.data()));
                    changes.add(change);
                }
            });
        }
        return changes;
    }

    /** @return how many, or -1 where the person was erased meanwhile */
    private long tickets(UUID person, OutputStream out) throws IOException {
        long count = 0;
        UUID after = null;
        while (true) {
            UUID last = after;
            List<UUID> page = models.read(snapshot -> snapshot.jooq()
                    .select(TICKET.ID)
                    .from(TICKET)
                    .where(TICKET.REQUESTER.eq(person))
                    .and(last == null ? noCondition() : TICKET.ID.gt(last))
                    .orderBy(TICKET.ID)
                    .limit(PAGE)
                    .fetch(TICKET.ID));
            for (UUID ticket : page) {
                List<ObjectNode> lines = models.read(snapshot -> ticket(snapshot, person, ticket));
                if (erased(person)) {
                    return -1;
                }
                for (ObjectNode line : lines) {
                    line(out, line);
                }
                count++;
            }
            if (page.size() < PAGE) {
                return count;
            }
            after = page.getLast();
        }
    }

    /** Asked of the log, which knows it first. */
    private boolean erased(UUID person) {
        return models.read(snapshot -> snapshot.jooq()
                .fetchExists(
                        table("command.erasure"), condition("person_id = {0} and erased_at is not null", val(person))));
    }

    private List<ObjectNode> ticket(Snapshot snapshot, UUID person, UUID id) {
        var lines = new ArrayList<ObjectNode>();
        TicketRecord row = snapshot.jooq()
                .selectFrom(TICKET)
                .where(TICKET.ID.eq(id))
                .and(TICKET.REQUESTER.eq(person))
                .fetchOne();
        if (row == null) {
            return lines; // somebody else's since
        }
        ObjectNode ticket = json.createObjectNode().put(KIND, "ticket").put("id", id.toString());
        ticket.put("number", "HD-" + row.getNumber());
        ticket.put("subject", row.getSubject());
        ticket.put("type", row.getType());
        ticket.put("status", row.getStatus());
        ticket.put("category", row.getCategory());
        ticket.put("channel", row.getChannel());
        ticket.put("createdAt", row.getCreatedAt().toString());
        ticket.put("updatedAt", row.getUpdatedAt().toString());
        ticket.put("resolutionCode", row.getResolutionCode());
        ticket.put("resolutionText", row.getResolutionText());
        ticket.set("customFields", json.readTree(fields(row.getCustomFields())));
        lines.add(ticket);
        snapshot.jooq()
                .selectFrom(TICKET_MESSAGE)
                .where(TICKET_MESSAGE.TICKET_ID.eq(id))
                .and(TICKET_MESSAGE.KIND.ne(NOTE))
                .orderBy(TICKET_MESSAGE.VERSION)
                .forEach(message -> lines.add(message(
                        id,
                        message.getId(),
                        message.getKind(),
                        message.getAuthor(),
                        message.getAt().toString(),
                        message.getBody())));
        snapshot.jooq()
                .selectFrom(TICKET_ATTACHMENT)
                .where(TICKET_ATTACHMENT.TICKET_ID.eq(id))
                .and(TICKET_ATTACHMENT.INTERNAL.isFalse())
                .orderBy(TICKET_ATTACHMENT.ID)
                .forEach(file -> {
                    ObjectNode attachment = json.createObjectNode().put(KIND, "attachment");
                    attachment.put("ticketId", id.toString());
                    attachment.put("id", file.getId().toString());
                    attachment.put("name", file.getName());
                    attachment.put("type", file.getType());
                    attachment.put("size", file.getSize());
                    attachment.put("sha256", file.getSha256());
                    attachment.put("at", file.getAt().toString());
                    lines.add(attachment);
                });
        return lines;
    }

    private static String fields(JSONB stored) {
        return stored.data();
    }

    /** @return how many, or -1 where the person was erased meanwhile */
    private long messagesElsewhere(UUID person, OutputStream out) throws IOException {
        List<ObjectNode> lines = models.read(snapshot -> snapshot.jooq()
                .select(TICKET_MESSAGE)
                .from(TICKET_MESSAGE)
                .join(TICKET)
                .on(TICKET.ID.eq(TICKET_MESSAGE.TICKET_ID))
                .where(TICKET_MESSAGE.AUTHOR.eq(person))
                .and(TICKET_MESSAGE.KIND.ne(NOTE))
                .and(TICKET.REQUESTER.isDistinctFrom(person))
                .orderBy(TICKET_MESSAGE.AT)
                .fetch(row -> message(
                        row.value1().getTicketId(),
                        row.value1().getId(),
                        row.value1().getKind(),
                        person,
                        row.value1().getAt().toString(),
                        row.value1().getBody())));
        if (erased(person)) {
            return -1;
        }
        for (ObjectNode line : lines) {
            line(out, line);
        }
        return lines.size();
    }

    private ObjectNode message(UUID ticket, UUID id, String kind, @Nullable UUID author, String at, String body) {
        ObjectNode message = json.createObjectNode().put(KIND, "message");
        message.put("ticketId", ticket.toString());
        message.put("id", id.toString());
        message.put("message", kind);
        message.put("author", text(author));
        message.put("at", at);
        message.put("body", body);
        return message;
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private void line(OutputStream out, ObjectNode line) throws IOException {
        out.write(json.writeValueAsBytes(line));
        out.write('\n');
    }
}
