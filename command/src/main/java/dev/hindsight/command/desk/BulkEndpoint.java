package dev.hindsight.command.desk;

import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.call.WriteBodyConverter;
import dev.hindsight.command.desk.Bodies.AssignmentBody;
import dev.hindsight.command.desk.Bodies.ChangeTicketBody;
import dev.hindsight.command.desk.Bodies.NoteBody;
import dev.hindsight.command.desk.Bodies.PriorityBody;
import dev.hindsight.command.desk.Bodies.ReplyBody;
import dev.hindsight.command.desk.Bodies.StatusBody;
import dev.hindsight.command.desk.BulkAnswer.Item;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * One command for up to 100 tickets, each in a transaction of its own, exactly as a call for that ticket alone would do
 * it: rights, refusals and answers are those of the single calls. What one ticket refuses stops no other.
 */
@RestController
public final class BulkEndpoint {

    static final int MOST = 100;

    /** Commands of which the single call needs an If-Match. */
    private static final List<String> CONDITIONAL = List.of(
            "changeTicket",
            "assignTicket",
            "unassignTicket",
            "changeStatus",
            "overridePriority",
            "withdrawPriorityOverride");

    private final Desk desk;
    private final WorkEndpoint work;
    private final ConversationEndpoint conversation;
    private final MarksEndpoint marks;
    private final Remembered remembered;
    private final TicketSelection selection;
    private final ItemProblems problems;

    public BulkEndpoint(
            Desk desk,
            WorkEndpoint work,
            ConversationEndpoint conversation,
            MarksEndpoint marks,
            Remembered remembered,
            TicketSelection selection,
            ItemProblems problems) {
        this.desk = desk;
        this.work = work;
        this.conversation = conversation;
        this.marks = marks;
        this.remembered = remembered;
        this.selection = selection;
        this.problems = problems;
    }

    /** @param versions what is expected of tickets, by their id or number as in {@code ids} */
    record BulkBody(
            @Nullable List<@Nullable String> ids,
            @Nullable Map<String, @Nullable String> filter,
            @Nullable CommandBody command,
            @Nullable Map<String, @Nullable Long> versions)
            implements WriteBody {}

    /**
     * @param type the operation id of the single call
     * @param body as the single call takes it; of tags {tag}, of watchers {person}
     */
    record CommandBody(@Nullable String type, @Nullable JsonNode body) {}

    record TagBody(@Nullable String tag) implements WriteBody {}

    record WatcherBody(@Nullable String person) implements WriteBody {}

    /** The single call, for one ticket. */
    private interface Single {
        ResponseEntity<TicketAnswer> call(String ticket, Caller caller, HttpServletRequest request);
    }

    @PostMapping("/api/v1/tickets/bulk")
    ResponseEntity<BulkAnswer> bulk(@RequestBody BulkBody body, Caller caller, HttpServletRequest request) {
        if (!caller.worksTickets() && !caller.is(Role.REQUESTER)) {
            throw new Forbidden("Tickets are changed with the role requester, agent or supervisor.");
        }
        CommandBody command = Given.required("command", body.command());
        String type = Given.required("command.type", command.type());
        Single single = single(type, command.body());
        Map<String, Long> versions = versions(body, type);
        Call call = Calls.of(request, caller);
        var key = call.key();
        List<String> tickets =
                key == null ? tickets(body, caller) : remembered.selection(key, () -> tickets(body, caller));
        return ResponseEntity.ok(
                new Run(single, byTicket(versions, tickets, caller), call.correlation(), caller, request).of(tickets));
    }

    /** As they are named, or as the list shows them. */
    private List<String> tickets(BulkBody body, Caller caller) {
        List<@Nullable String> ids = body.ids();
        if ((ids == null) == (body.filter() == null)) {
            throw new InvalidRequest("ids", "are required, or a filter; not both");
        } else if (ids != null) {
            if (ids.isEmpty() || ids.size() > MOST) {
                throw new InvalidRequest("ids", "must name 1 to " + MOST + " tickets");
            }
            return ids.stream().map(id -> Given.required("ids", id)).toList();
        }
        var filter = new HashMap<String, String>();
        Given.required("filter", body.filter()).forEach((name, value) -> {
            if (value != null) {
                filter.put(name, value);
            }
        });
        return selection.select(caller, filter, MOST).stream()
                .map(UUID::toString)
                .toList();
    }

    private static Map<String, Long> versions(BulkBody body, String type) {
        var versions = new HashMap<String, Long>();
        if (body.versions() != null) {
            if (!CONDITIONAL.contains(type)) {
                throw new InvalidRequest("versions", "belong to " + String.join(", ", CONDITIONAL));
            }
            body.versions().forEach((ticket, version) -> versions.put(ticket, Given.required("versions", version)));
        }
        return versions;
    }

    /**
     * The versions by ticket, however a ticket is written.
     *
     * @throws InvalidRequest where one is of no ticket of this call: it would go unheeded
     */
    private Map<UUID, Long> byTicket(Map<String, Long> versions, List<String> tickets, Caller caller) {
        if (versions.isEmpty()) {
            return Map.of();
        }
        var named = tickets.stream()
                .flatMap(ticket -> known(ticket, caller).stream())
                .collect(Collectors.toSet());
        var byTicket = new HashMap<UUID, Long>();
        versions.forEach((ticket, version) -> {
            Optional<UUID> id = known(ticket, caller);
            if (id.filter(named::contains).isPresent()) {
                Long other = byTicket.put(id.get(), version);
                if (other != null && !other.equals(version)) {
                    throw new InvalidRequest("versions", "expect two versions of one ticket");
                }
            } else if (!tickets.contains(ticket)) {
                throw new InvalidRequest("versions", "may name tickets of this call only");
            }
        });
        return byTicket;
    }

    private Optional<UUID> known(String ticket, Caller caller) {
        try {
            return Optional.of(desk.ticket(ticket, caller));
        } catch (NotFound none) {
            return Optional.empty(); // its item says so
        }
    }

    private Single single(String type, @Nullable JsonNode body) {
        return switch (type) {
            case "changeTicket" -> with(body, ChangeTicketBody.class, work::changeTicket);
            case "assignTicket" -> with(body, AssignmentBody.class, work::assignTicket);
            case "unassignTicket" -> alone(body, work::unassignTicket);
            case "changeStatus" -> with(body, StatusBody.class, work::changeStatus);
            case "overridePriority" -> with(body, PriorityBody.class, work::overridePriority);
            case "withdrawPriorityOverride" -> alone(body, work::withdrawPriorityOverride);
            case "replyToTicket" -> with(body, ReplyBody.class, conversation::replyToTicket);
            case "addNote" -> with(body, NoteBody.class, conversation::addNote);
            case "addTag" -> on("tag", read(body, TagBody.class).tag(), marks::addTag);
            case "removeTag" -> on("tag", read(body, TagBody.class).tag(), marks::removeTag);
            case "addWatcher" -> on("person", read(body, WatcherBody.class).person(), marks::addWatcher);
            case "removeWatcher" -> on("person", read(body, WatcherBody.class).person(), marks::removeWatcher);
            case "markAsSpam" -> alone(body, marks::markAsSpam);
            case "unmarkAsSpam" -> alone(body, marks::unmarkAsSpam);
            case "declareMajorIncident" -> alone(body, marks::declareMajorIncident);
            case "standDownMajorIncident" -> alone(body, marks::standDownMajorIncident);
            default -> throw new InvalidRequest("command.type", "is no command for several tickets");
        };
    }

    private interface WithBody<B> {
        ResponseEntity<TicketAnswer> call(String ticket, B body, Caller caller, HttpServletRequest request);
    }

    private static <B extends WriteBody> Single with(@Nullable JsonNode body, Class<B> type, WithBody<B> call) {
        B read = read(body, type);
        return (ticket, caller, request) -> call.call(ticket, read, caller, request);
    }

    private static Single on(String field, @Nullable String value, WithBody<String> call) {
        String given = Given.required("command.body." + field, value);
        return (ticket, caller, request) -> call.call(ticket, given, caller, request);
    }

    private static Single alone(@Nullable JsonNode body, Single call) {
        if (body != null && !(body.isObject() && body.isEmpty())) {
            throw new InvalidRequest("command.body", "must be left out");
        }
        return call;
    }

    private static <B extends WriteBody> B read(@Nullable JsonNode body, Class<B> type) {
        return WriteBodyConverter.read("command.body", Given.required("command.body", body), type);
    }

    /** One pass over the tickets. */
    private final class Run {
        private final Single single;
        private final Map<UUID, Long> versions;
        private final String correlation;
        private final Caller caller;
        private final HttpServletRequest request;
        private final Set<UUID> done = new HashSet<>();
        private final List<Item> items = new ArrayList<>();

        /** The database's failure: it would meet all that come after as well. */
        private @Nullable RuntimeException end;

        private Run(
                Single single,
                Map<UUID, Long> versions,
                String correlation,
                Caller caller,
                HttpServletRequest request) {
            this.single = single;
            this.versions = versions;
            this.correlation = correlation;
            this.caller = caller;
            this.request = request;
        }

        BulkAnswer of(List<String> tickets) {
            tickets.forEach(this::one);
            int failed =
                    (int) items.stream().filter(item -> item.code() != null).count();
            Long position = items.stream()
                    .map(Item::position)
                    .filter(Objects::nonNull)
                    .max(Long::compare)
                    .orElse(null);
            return new BulkAnswer(correlation, items.size() - failed, failed, position, items);
        }

        private void one(String named) {
            String id = named;
            try {
                if (end != null) {
                    throw end;
                }
                UUID ticket = desk.ticket(named, caller);
                id = ticket.toString();
                if (done.add(ticket)) {
                    items.add(item(single.call(
                            id, caller, new ItemRequest(request, correlation, ticket, versions.get(ticket)))));
                }
            } catch (RuntimeException thrown) {
                if (thrown instanceof DataAccessException || thrown instanceof TransactionException) {
                    end = thrown;
                }
                // which ticket a number belongs to is not for those who may not see it
                items.add(item(thrown instanceof NotFound ? named : id, problems.of(thrown, request)));
            }
        }
    }

    private static Item item(ResponseEntity<TicketAnswer> answer) {
        TicketAnswer body = Objects.requireNonNull(answer.getBody());
        return new Item(
                body.id().toString(),
                body.number(),
                answer.getStatusCode().value(),
                body.version(),
                body.position(),
                body.messageId(),
                body.followUpOf(),
                null,
                null);
    }

    private static Item item(String id, ResponseEntity<Object> problem) {
        Object body = problem.getBody();
        return new Item(
                id,
                null,
                problem.getStatusCode().value(),
                null,
                null,
                null,
                null,
                body instanceof Map<?, ?> members ? String.valueOf(members.get("code")) : "INTERNAL_ERROR",
                body);
    }
}
