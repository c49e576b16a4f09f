package dev.hindsight.query.feed;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.people.OrganizationEvent;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonLeftOrganization;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentRemoved;
import dev.hindsight.domain.ticket.TicketEvent.CustomFieldChanged;
import dev.hindsight.domain.ticket.TicketEvent.ImportedActivityRecorded;
import dev.hindsight.domain.ticket.TicketEvent.MajorIncidentDeclared;
import dev.hindsight.domain.ticket.TicketEvent.MajorIncidentStoodDown;
import dev.hindsight.domain.ticket.TicketEvent.PriorityOverridden;
import dev.hindsight.domain.ticket.TicketEvent.PriorityOverrideWithdrawn;
import dev.hindsight.domain.ticket.TicketEvent.PublicReplyAdded;
import dev.hindsight.domain.ticket.TicketEvent.RequesterChanged;
import dev.hindsight.domain.ticket.TicketEvent.RequesterReplied;
import dev.hindsight.domain.ticket.TicketEvent.SubjectChanged;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TagRemoved;
import dev.hindsight.domain.ticket.TicketEvent.TicketAssigned;
import dev.hindsight.domain.ticket.TicketEvent.TicketCancelled;
import dev.hindsight.domain.ticket.TicketEvent.TicketCategorized;
import dev.hindsight.domain.ticket.TicketEvent.TicketClosed;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.domain.ticket.TicketEvent.TicketLinked;
import dev.hindsight.domain.ticket.TicketEvent.TicketMarkedAsSpam;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.TicketPended;
import dev.hindsight.domain.ticket.TicketEvent.TicketPrioritized;
import dev.hindsight.domain.ticket.TicketEvent.TicketPutOnHold;
import dev.hindsight.domain.ticket.TicketEvent.TicketQueued;
import dev.hindsight.domain.ticket.TicketEvent.TicketReopened;
import dev.hindsight.domain.ticket.TicketEvent.TicketResolved;
import dev.hindsight.domain.ticket.TicketEvent.TicketResumed;
import dev.hindsight.domain.ticket.TicketEvent.TicketReverted;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnassigned;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnlinked;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnmarkedAsSpam;
import dev.hindsight.domain.ticket.TicketEvent.TypeChanged;
import dev.hindsight.domain.ticket.TicketEvent.WorkStarted;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.query.ReadableEvents;
import dev.hindsight.query.feed.FeedRights.Held;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One event as the feed tells it. Decoded at most once; rendered at most once for those who see internals and once for the others, however
 * many read it. Safe for concurrent use.
 */
final class FeedLine {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A key leaves the installation for nobody, not even wrapped. */
    private static final String WRAPPED_KEY = "wrappedKey";

    private static final String FOLLOW_UP_OF = "followUpOf";

    /** Also which fields, for the names of some tell what stays inside. */
    private static final Set<String> REVERT_INSIDE =
            Set.of("reason", "restored", "undone", "holdReason", "holdReasonText", "watchers", "linked", "unlinked");

    private final LoggedEvent logged;
    private final EventForms forms;
    private volatile @Nullable Event decoded;
    private volatile byte @Nullable [] internal;
    private volatile byte @Nullable [] outside;

    FeedLine(LoggedEvent logged, EventForms forms) {
        this.logged = logged;
        this.forms = forms;
    }

    long position() {
        return logged.position();
    }

    boolean isReadable() {
        try {
            event();
            return true;
        } catch (Unavailable unreadable) {
            return false; // said to whoever gets there
        }
    }

    /** How long it is for those who see all of it; 0 where it can't be read. */
    int bytes() {
        try {
            return full().length;
        } catch (Unavailable unreadable) {
            return 0;
        }
    }

    /**
     * The tickets whose ids it tells: its own, of links the other ones, and of a follow-up the one before.
     *
     * @throws Unavailable when the event can't be read
     */
    Stream<UUID> tickets() {
        return Stream.concat(Stream.concat(needed(), Stream.ofNullable(followUpOf())), linkedAgain());
    }

    /** The tickets whose links a revert restores: it names none of them to those who do not see them all. */
    private Stream<UUID> linkedAgain() {
        return event() instanceof TicketReverted reverted
                ? Stream.concat(reverted.linked().stream(), reverted.unlinked().stream())
                        .map(link -> UUID.fromString(link.substring(link.indexOf(':') + 1)))
                : Stream.empty();
    }

    /** The tickets that must all be seen, or else the line is not. */
    private Stream<UUID> needed() {
        return switch (event()) {
            case TicketLinked link -> Stream.of(link.ticketId(), link.otherId());
            case TicketUnlinked link -> Stream.of(link.ticketId(), link.otherId());
            case TicketEvent ticket -> Stream.of(ticket.ticketId());
            default -> Stream.empty();
        };
    }

    /** The ticket that the line names only to those who see that one, too; null for none. */
    private @Nullable UUID followUpOf() {
        return event() instanceof TicketOpened opened ? opened.followUpOf() : null;
    }

    /** Whether it may change what somebody sees: grants, queues, teams, and who belongs to which organization. */
    boolean changesRights() {
        return switch (event()) {
            case ConfigurationEvent configuration -> true;
            case OrganizationEvent organization -> true;
            case PersonJoinedOrganization joined -> true;
            case PersonLeftOrganization left -> true;
            default -> false;
        };
    }

    /**
     * The line as a JSON object in UTF-8, without a line's end; null where the rights do not reach to it. Not to be
     * changed.
     *
     * @param held what the rows say of its tickets
     * @throws Unavailable when the event can't be read
     */
    byte @Nullable [] shownTo(FeedRights rights, Map<UUID, Held> held) {
        if (!(event() instanceof TicketEvent ticket)) {
            return rights.everything() ? full() : null;
        } else if (!needed().allMatch(id -> rights.sees(held.get(id)))) {
            return null;
        }
        UUID before = followUpOf();
        if (before != null && !rights.sees(held.get(before))) {
            return cut(Set.of(FOLLOW_UP_OF)); // of an opened ticket nothing else is withheld
        } else if (rights.internal()) {
            return linkedAgain().allMatch(id -> rights.sees(held.get(id))) ? full() : cut(REVERT_INSIDE);
        }
        Set<String> withheld = withheld(ticket);
        if (withheld == null) {
            return null;
        }
        return withheld.isEmpty() ? full() : cut(withheld);
    }

    /**
     * What those outside do not see of an event, by the names of its members, as the timeline has it; null for all of
     * it. What is not named here stays inside.
     */
    private static @Nullable Set<String> withheld(TicketEvent event) {
        return switch (event) {
            case TicketPutOnHold e -> Set.of("reason", "reasonText");
            case TicketCancelled e -> Set.of("reason");
            case PriorityOverridden e -> Set.of("reason");
            case TicketReverted e -> List.of("watchers").equals(e.restored()) ? null : REVERT_INSIDE;
            case TicketOpened e -> Set.of();
            case TicketImported e -> Set.of();
            case ImportedActivityRecorded e -> Set.of();
            case TicketCategorized e -> Set.of();
            case TypeChanged e -> Set.of();
            case TicketPrioritized e -> Set.of();
            case PriorityOverrideWithdrawn e -> Set.of();
            case TicketMarkedAsSpam e -> Set.of();
            case TicketUnmarkedAsSpam e -> Set.of();
            case MajorIncidentDeclared e -> Set.of();
            case MajorIncidentStoodDown e -> Set.of();
            case SubjectChanged e -> Set.of();
            case RequesterChanged e -> Set.of();
            case CustomFieldChanged e -> Set.of();
            case TagAdded e -> Set.of();
            case TagRemoved e -> Set.of();
            case TicketQueued e -> Set.of();
            case TicketAssigned e -> Set.of();
            case TicketUnassigned e -> Set.of();
            case RequesterReplied e -> Set.of();
            case PublicReplyAdded e -> Set.of();
            case AttachmentAdded e -> e.internal() ? null : Set.of("content", WRAPPED_KEY);
            case AttachmentRemoved e -> e.internal() ? null : Set.of();
            case TicketLinked e -> Set.of();
            case TicketUnlinked e -> Set.of();
            case TicketContentErased e -> Set.of();
            case WorkStarted e -> Set.of();
            case TicketPended e -> Set.of();
            case TicketResumed e -> Set.of();
            case TicketResolved e -> Set.of();
            case TicketReopened e -> Set.of();
            case TicketClosed e -> Set.of();
            default -> null;
        };
    }

    private byte[] full() {
        byte[] line = internal;
        if (line == null) {
            line = without(event() instanceof AttachmentAdded ? Set.of(WRAPPED_KEY) : Set.of());
            internal = line;
        }
        return line;
    }

    /** @param members the same whenever this line is cut */
    private byte[] cut(Set<String> members) {
        byte[] line = outside;
        if (line == null) {
            line = without(members);
            outside = line;
        }
        return line;
    }

    private byte[] without(Set<String> members) {
        Event event = event();
        EventForms.Form form = readable(() -> forms.of(event));
        if (members.isEmpty()) {
            return render(form, form.data());
        }
        ObjectNode data = (ObjectNode) JSON.readTree(form.data());
        members.forEach(data::remove);
        return render(form, JSON.writeValueAsBytes(data));
    }

    private byte[] render(EventForms.Form form, byte[] data) {
        Event event = event();
        ByteArrayBuilder bytes = new ByteArrayBuilder(data.length + 400);
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeNumberProperty("position", logged.position());
            out.writeStringProperty("event", form.name());
            out.writeNumberProperty("revision", form.revision());
            out.writeName("ticketId");
            if (event instanceof TicketEvent ticket) {
                out.writeString(ticket.ticketId().toString());
            } else {
                out.writeNull();
            }
            out.writeNumberProperty("version", logged.version());
            out.writeStringProperty("occurredAt", event.at().toString());
            out.writeStringProperty("recordedAt", logged.recordedAt().toString());
            out.writeName("actor");
            out.writeStartObject();
            UUID person = logged.envelope().actor().person();
            out.writeName("id");
            if (person == null) {
                out.writeNull();
            } else {
                out.writeString(person.toString());
            }
            out.writeStringProperty("kind", logged.envelope().actor().kind().name());
            out.writeEndObject();
            out.writeName("data");
            out.writeRawValue(new String(data, StandardCharsets.UTF_8));
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private Event event() {
        Event event = decoded;
        if (event == null) {
            event = readable(logged::event);
            decoded = event;
        }
        return event;
    }

    private <T> T readable(Supplier<T> read) {
        return ReadableEvents.read(logged, read, ", and go on with after=" + logged.position());
    }
}
