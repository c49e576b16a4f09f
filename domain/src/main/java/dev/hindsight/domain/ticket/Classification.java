package dev.hindsight.domain.ticket;

import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Ticket.Mark;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a ticket is: subject, type, category, custom fields, requester, priority, tags and marks. */
public final class Classification {

    private Classification() {}

    /** What is given changes; null says nothing. Refused by name on final tickets. */
    public record Patch(
            @Nullable String subject,
            @Nullable TicketType type,
            @Nullable Change<String> category,
            @Nullable Level impact,
            @Nullable Level urgency,
            Map<String, FieldValue> customFields) {}

    public static List<TicketEvent> change(Ticket ticket, Patch patch, Instant at) {
        var decision = new Decision(ticket, at);
        if (patch.subject() != null) {
            subject(decision, PlainText.line("subject", patch.subject()));
        }
        type(decision, patch.type());
        category(decision, patch.category());
        prioritize(decision, patch.impact(), patch.urgency(), PriorityMatrix.HINDSIGHT);
        fields(decision, patch.customFields());
        return decision.unlessFinal();
    }

    public static List<TicketEvent> changeRequester(
            Ticket ticket, UUID requesterId, @Nullable UUID organizationId, Instant at) {
        var decision = new Decision(ticket, at);
        var about = ticket.about();
        if (!requesterId.equals(about.requesterId()) || !Objects.equals(organizationId, about.organizationId())) {
            decision.add(
                    new RequesterChanged(ticket.id(), decision.at(), about.requesterId(), requesterId, organizationId));
        }
        return decision.unlessFinal();
    }

    /** The priority stays what it is set to until the override is withdrawn. */
    public static List<TicketEvent> overridePriority(Ticket ticket, Priority priority, String reason, Instant at) {
        var why = PlainText.body("reason", reason);
        var decision = new Decision(ticket, at);
        if (ticket.ranking().override() != priority) {
            override(decision, priority, why);
        }
        return decision.unlessFinal();
    }

    public static List<TicketEvent> withdrawOverride(Ticket ticket, Instant at) {
        var decision = new Decision(ticket, at);
        withdraw(decision);
        return decision.unlessFinal();
    }

    /** @throws dev.hindsight.domain.Refusal {@code TOO_MANY_TAGS} */
    public static List<TicketEvent> addTag(Ticket ticket, String tag, Instant at) {
        var decision = new Decision(ticket, at);
        addTag(decision, Tags.chosen(tag));
        return decision.events();
    }

    public static List<TicketEvent> removeTag(Ticket ticket, String tag, Instant at) {
        var word = Tags.normalize(tag);
        return ticket.tags().contains(word)
                ? List.of(new TagRemoved(ticket.id(), ticket.notBefore(at), word))
                : List.of();
    }

    public static List<TicketEvent> markAsSpam(Ticket ticket, Instant at) {
        return ticket.marks().contains(Mark.SPAM)
                ? List.of()
                : List.of(new TicketMarkedAsSpam(ticket.id(), ticket.notBefore(at)));
    }

    public static List<TicketEvent> unmarkAsSpam(Ticket ticket, Instant at) {
        return ticket.marks().contains(Mark.SPAM)
                ? List.of(new TicketUnmarkedAsSpam(ticket.id(), ticket.notBefore(at)))
                : List.of();
    }

    /** Refused on final tickets: nobody works them any more. */
    public static List<TicketEvent> declareMajorIncident(Ticket ticket, Instant at) {
        var decision = new Decision(ticket, at);
        if (!ticket.marks().contains(Mark.MAJOR_INCIDENT)) {
            decision.add(new MajorIncidentDeclared(ticket.id(), decision.at()));
        }
        return decision.unlessFinal();
    }

    public static List<TicketEvent> standDownMajorIncident(Ticket ticket, Instant at) {
        return ticket.marks().contains(Mark.MAJOR_INCIDENT)
                ? List.of(new MajorIncidentStoodDown(ticket.id(), ticket.notBefore(at)))
                : List.of();
    }

    static void subject(Decision decision, String subject) {
        if (!subject.equals(decision.ticket().about().subject())) {
            decision.add(new SubjectChanged(decision.ticket().id(), decision.at(), subject));
        }
    }

    static void type(Decision decision, @Nullable TicketType type) {
        var before = decision.ticket().about().type();
        if (type != null && type != before) {
            decision.add(new TypeChanged(decision.ticket().id(), decision.at(), before.name(), type.name()));
        }
    }

    static void category(Decision decision, @Nullable Change<String> category) {
        var before = decision.ticket().about().category();
        if (category != null && !Objects.equals(category.to(), before)) {
            decision.add(new TicketCategorized(decision.ticket().id(), decision.at(), before, category.to()));
        }
    }

    /** What neither the ticket nor the caller says counts as LOW. */
    static void prioritize(Decision decision, @Nullable Level impact, @Nullable Level urgency, PriorityMatrix matrix) {
        var ranking = decision.ticket().ranking();
        if ((impact != null && impact != ranking.impact()) || (urgency != null && urgency != ranking.urgency())) {
            var newImpact = first(impact, ranking.impact());
            var newUrgency = first(urgency, ranking.urgency());
            decision.add(new TicketPrioritized(
                    decision.ticket().id(),
                    decision.at(),
                    newImpact.number(),
                    newUrgency.number(),
                    matrix.priority(newImpact, newUrgency).name(),
                    matrix.name()));
        }
    }

    private static Level first(@Nullable Level given, @Nullable Level known) {
        if (given != null) {
            return given;
        }
        return known == null ? Level.LOW : known;
    }

    static void fields(Decision decision, Map<String, FieldValue> fields) {
        new TreeMap<>(fields).forEach((field, value) -> {
            if (!value.equals(decision.ticket().fields().getOrDefault(field, FieldValue.EMPTY))) {
                decision.add(new CustomFieldChanged(
                        decision.ticket().id(), decision.at(), field, value.value(), value.text()));
            }
        });
    }

    static void addTag(Decision decision, String tag) {
        var tags = decision.ticket().tags();
        if (tags.contains(tag)) {
            return;
        } else if (tags.size() >= Tags.MOST) {
            throw Refusals.tooManyTags();
        }
        decision.add(new TagAdded(decision.ticket().id(), decision.at(), tag));
    }

    static void override(Decision decision, Priority priority, String reason) {
        var before = decision.ticket().ranking().priority();
        decision.add(new PriorityOverridden(
                decision.ticket().id(), decision.at(), before == null ? null : before.name(), priority.name(), reason));
    }

    static void withdraw(Decision decision) {
        var ranking = decision.ticket().ranking();
        if (ranking.override() != null) {
            decision.add(new PriorityOverrideWithdrawn(
                    decision.ticket().id(),
                    decision.at(),
                    ranking.override().name(),
                    ranking.byMatrix() == null ? null : ranking.byMatrix().name()));
        }
    }
}
