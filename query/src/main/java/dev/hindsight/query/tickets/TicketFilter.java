package dev.hindsight.query.tickets;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketType;
import dev.hindsight.projections.readmodel.TicketWords;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import dev.hindsight.query.Parameters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket must be to be listed; all parts must match. The text of equal filters is equal.
 *
 * @param words each is a word, or the beginning of one, in the subject or the description; null where not asked for,
 *     empty where signs alone were, which no ticket has
 */
public record TicketFilter(
        Choice<Status> status,
        Choice<String> category,
        Choice<String> queue,
        Choice<UUID> assignee,
        Choice<UUID> requester,
        Choice<UUID> organization,
        Choice<Priority> priority,
        Choice<TicketType> type,
        Choice<String> tag,
        Choice<UUID> watcher,
        @Nullable SortedSet<String> words,
        Span created,
        Span updated) {

    /** From included, to excluded; null is open. */
    public record Span(@Nullable Instant from, @Nullable Instant to) {

        static Span of(String name, @Nullable String after, @Nullable String before) {
            return new Span(Parameters.instant(name + "After", after), Parameters.instant(name + "Before", before));
        }

        Condition on(Field<Instant> column) {
            Condition condition = DSL.noCondition();
            if (from != null) {
                condition = condition.and(column.ge(from));
            }
            return to == null ? condition : condition.and(column.lt(to));
        }
    }

    /** @throws InvalidRequest for what is malformed or unknown */
    public static TicketFilter of(TicketListRequest request, Caller caller) {
        return new TicketFilter(
                Choice.of("status", request.status(), word -> Status.parse("status", word)),
                Choice.of("category", request.category(), Function.identity()),
                Choice.of("queue", request.queue(), Function.identity()),
                Choice.ofSome("assignee", request.assignee(), word -> people("assignee", word, caller)),
                Choice.ofSome("requester", request.requester(), word -> people("requester", word, caller)),
                Choice.of("organization", request.organization(), word -> Parameters.id("organization", word)),
                Choice.of("priority", request.priority(), word -> Priority.parse("priority", word)),
                Choice.of("type", request.type(), word -> TicketType.parse("type", word)),
                Choice.of("tag", request.tag(), Function.identity()),
                watcher(request.watcher(), caller),
                request.text() == null ? null : TicketWords.of(Parameters.text("text", request.text())),
                Span.of("created", request.createdAfter(), request.createdBefore()),
                Span.of("updated", request.updatedAfter(), request.updatedBefore()));
    }

    /** Who else watches is not for requesters, and so not to be found out by asking. */
    private static Choice<UUID> watcher(@Nullable String watchers, Caller caller) {
        Choice<UUID> choice = Choice.ofSome("watcher", watchers, word -> people("watcher", word, caller));
        if (!caller.readsAllTickets() && (choice.none() || !caller.requesters().containsAll(choice.values()))) {
            throw new InvalidRequest("watcher", "may be me only, for requesters");
        }
        return choice;
    }

    private static Set<UUID> people(String field, String word, Caller caller) {
        return word.equals("me") ? caller.requesters() : Set.of(Parameters.id(field, word));
    }

    /** Whether every ticket matches. */
    boolean open() {
        return List.of(status, category, queue, assignee, requester, organization, priority, type, tag, watcher)
                        .stream()
                        .allMatch(Choice::open)
                && words == null
                && created.equals(new Span(null, null))
                && updated.equals(new Span(null, null));
    }

    /** The statuses that tickets may have; none for whatever status. */
    Set<Status> statuses() {
        return status.values();
    }

    /** That a row of these tickets matches. */
    public Condition condition(TicketSource source) {
        Ticket ticket = source.columns();
        List<Condition> parts = new ArrayList<>();
        parts.add(status.on(ticket.STATUS, Status::name));
        parts.add(category.on(ticket.CATEGORY, Function.identity()));
        parts.add(queue.on(ticket.QUEUE, Function.identity()));
        parts.add(assignee.on(ticket.ASSIGNEE, Function.identity()));
        parts.add(requester.on(ticket.REQUESTER, Function.identity()));
        parts.add(organization.on(ticket.ORGANIZATION, Function.identity()));
        parts.add(priority.on(ticket.PRIORITY, TicketFilter::stored));
        parts.add(type.on(ticket.TYPE, TicketType::name));
        parts.add(among(ticket.TAGS, tag, new String[0], values -> values.toArray(String[]::new)));
        parts.add(among(ticket.WATCHERS, watcher, new UUID[0], values -> values.toArray(UUID[]::new)));
        parts.add(texts(source));
        parts.add(created.on(ticket.CREATED_AT));
        parts.add(updated.on(ticket.UPDATED_AT));
        return DSL.and(parts);
    }

    private Condition texts(TicketSource source) {
        if (words == null) {
            return DSL.noCondition();
        } else if (words.isEmpty()) {
            return DSL.falseCondition();
        }
        return source.texts(words);
    }

    private static <T> Condition among(Field<T[]> column, Choice<T> choice, T[] empty, Function<Set<T>, T[]> array) {
        if (choice.open()) {
            return DSL.noCondition();
        }
        List<Condition> any = new ArrayList<>();
        if (!choice.values().isEmpty()) {
            // The index holds the tickets that have any.
            any.add(DSL.arrayOverlap(column, DSL.val(array.apply(choice.values()), column))
                    .and(column.ne(DSL.inline(empty, column))));
        }
        if (choice.none()) {
            any.add(column.eq(empty));
        }
        return DSL.or(any);
    }

    /** 1 for P1 to 5 for P5. */
    static short stored(Priority priority) {
        return Short.parseShort(priority.name().substring(1));
    }
}
