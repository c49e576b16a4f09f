package dev.hindsight.projections.tickets;

import dev.hindsight.domain.configuration.FieldValue;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A ticket's row while one event is applied to it. */
final class TicketDraft {
    UUID id;
    long number;
    long version;
    long lastPosition;
    Instant createdAt;
    Instant updatedAt;

    @Nullable
    Instant firstRespondedAt;

    @Nullable
    Instant resolvedAt;

    @Nullable
    Instant closedAt;

    @Nullable
    Instant reopenUntil;

    @Nullable
    UUID requester;

    @Nullable
    UUID organization;

    @Nullable
    UUID assignee;

    @Nullable
    UUID followUpOf;

    @Nullable
    UUID descriptionId;

    @Nullable
    Integer impact;

    @Nullable
    Integer urgency;

    @Nullable
    Integer priority;

    int reopenCount;
    int reassignmentCount;
    int irregularMoves;
    boolean priorityOverridden;
    boolean majorIncident;
    boolean spam;
    boolean subjectDerived;
    String type;
    String status;

    @Nullable
    String holdReason;

    @Nullable
    String holdReasonText;

    @Nullable
    String resolutionCode;

    @Nullable
    String resolutionText;

    @Nullable
    String category;

    @Nullable
    String queue;

    String channel;

    @Nullable
    String matrix;

    @Nullable
    String importSource;

    @Nullable
    String importCase;

    @Nullable
    String subject;

    @Nullable
    String description;

    // Shared with rows, so never changed but replaced: most events touch none of them.
    List<String> tags = List.of();
    List<UUID> watchers = List.of();
    Map<String, FieldValue> customFields = Map.of();

    /** A ticket that begins: NEW, and nothing known but these. */
    TicketDraft(UUID id, long number, String type, String channel, Instant at) {
        this.id = id;
        this.number = number;
        this.type = type;
        this.channel = channel;
        status = "NEW";
        createdAt = at;
        updatedAt = at;
    }

    TicketDraft(TicketRow row) {
        id = row.id();
        number = row.number();
        version = row.version();
        lastPosition = row.lastPosition();
        createdAt = row.createdAt();
        updatedAt = row.updatedAt();
        firstRespondedAt = row.firstRespondedAt();
        resolvedAt = row.resolvedAt();
        closedAt = row.closedAt();
        reopenUntil = row.reopenUntil();
        requester = row.requester();
        organization = row.organization();
        assignee = row.assignee();
        followUpOf = row.followUpOf();
        descriptionId = row.descriptionId();
        impact = row.impact();
        urgency = row.urgency();
        priority = row.priority();
        reopenCount = row.reopenCount();
        reassignmentCount = row.reassignmentCount();
        irregularMoves = row.irregularMoves();
        priorityOverridden = row.priorityOverridden();
        majorIncident = row.majorIncident();
        spam = row.spam();
        subjectDerived = row.subjectDerived();
        type = row.type();
        status = row.status();
        holdReason = row.holdReason();
        holdReasonText = row.holdReasonText();
        resolutionCode = row.resolutionCode();
        resolutionText = row.resolutionText();
        category = row.category();
        queue = row.queue();
        channel = row.channel();
        matrix = row.matrix();
        importSource = row.importSource();
        importCase = row.importCase();
        subject = row.subject();
        description = row.description();
        tags = row.tags();
        customFields = row.customFields();
        watchers = row.watchers();
    }

    void tag(Collection<String> more) {
        var all = new TreeSet<>(tags);
        all.addAll(more);
        tags = List.copyOf(all);
    }

    void untag(String tag) {
        tags = tags.stream().filter(its -> !its.equals(tag)).toList();
    }

    void watch(UUID person) {
        if (!watchers.contains(person)) {
            watchers = Stream.concat(watchers.stream(), Stream.of(person)).toList();
        }
    }

    void unwatch(UUID person) {
        watchers = watchers.stream().filter(its -> !its.equals(person)).toList();
    }

    /** @param value null to remove it */
    void field(String key, @Nullable FieldValue value) {
        var all = new TreeMap<>(customFields);
        if (value == null) {
            all.remove(key);
        } else {
            all.put(key, value);
        }
        customFields = Collections.unmodifiableMap(all);
    }

    TicketRow row() {
        return new TicketRow(
                id,
                number,
                version,
                lastPosition,
                createdAt,
                updatedAt,
                firstRespondedAt,
                resolvedAt,
                closedAt,
                reopenUntil,
                requester,
                organization,
                assignee,
                followUpOf,
                descriptionId,
                impact,
                urgency,
                priority,
                reopenCount,
                reassignmentCount,
                irregularMoves,
                priorityOverridden,
                majorIncident,
                spam,
                subjectDerived,
                type,
                status,
                holdReason,
                holdReasonText,
                resolutionCode,
                resolutionText,
                category,
                queue,
                channel,
                matrix,
                importSource,
                importCase,
                tags,
                customFields,
                subject,
                description,
                watchers);
    }
}
