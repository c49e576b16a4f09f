package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.TicketEvent.TicketLinked;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request for help as it comes in.
 *
 * @param descriptionId message id of the description, present where there is one
 * @param followUpOf the final ticket whose late reply opens this one
 */
public record NewTicket(
        UUID id,
        long number,
        TicketType type,
        String subject,
        @Nullable UUID descriptionId,
        @Nullable String description,
        UUID requesterId,
        @Nullable UUID organizationId,
        Level impact,
        Level urgency,
        @Nullable String queue,
        @Nullable String category,
        List<String> tags,
        Map<String, FieldValue> customFields,
        Channel channel,
        @Nullable UUID followUpOf) {

    /** @throws InvalidRequest where a text or a tag is not what it must be */
    public NewTicket {
        subject = PlainText.line("subject", subject);
        if (description != null) {
            PlainText.body("description", description);
        }
        if ((description == null) != (descriptionId == null)) {
            throw new IllegalArgumentException("a description and its message id come together");
        }
        tags = Tags.normalizeAll(tags);
        if (tags.size() > Tags.MOST) {
            throw new InvalidRequest("tags", "must be at most " + Tags.MOST);
        }
    }

    /** A follow-up says what it follows in a link of the same commit. */
    public List<TicketEvent> open(Instant at) {
        var moment = Ticket.micros(at);
        var events = new ArrayList<TicketEvent>();
        var matrix = PriorityMatrix.HINDSIGHT;
        events.add(new TicketOpened(
                id,
                moment,
                number,
                type.name(),
                subject,
                descriptionId,
                description,
                requesterId,
                organizationId,
                impact.number(),
                urgency.number(),
                matrix.priority(impact, urgency).name(),
                matrix.name(),
                queue,
                category,
                tags,
                values(customFields),
                texts(customFields),
                channel.name(),
                followUpOf));
        if (followUpOf != null) {
            events.add(new TicketLinked(id, moment, LinkType.FOLLOW_UP_OF.name(), followUpOf));
        }
        return events;
    }

    static Map<String, List<String>> values(Map<String, FieldValue> fields) {
        var values = new TreeMap<String, List<String>>();
        fields.forEach((field, given) -> {
            if (given.value() != null) {
                values.put(field, given.value());
            }
        });
        return values;
    }

    static Map<String, String> texts(Map<String, FieldValue> fields) {
        var texts = new TreeMap<String, String>();
        fields.forEach((field, given) -> {
            if (given.text() != null) {
                texts.put(field, given.text());
            }
        });
        return texts;
    }
}
