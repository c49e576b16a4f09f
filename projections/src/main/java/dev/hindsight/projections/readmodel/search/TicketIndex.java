package dev.hindsight.projections.readmodel.search;

import java.util.List;

/**
 * The OpenSearch index with one document per ticket. Its physical name carries the generation; {@code readmodel.active_generation} says which generation answers. Instants are milliseconds since 1970,
 * ids are in their text form, the document's id is the ticket's.
 *
 * @param prefix put before every name, for clusters that are shared; may be empty
 */
public record TicketIndex(String prefix) {

    public static final String ID = "id";
    public static final String NUMBER = "number";

    /** The number's digits by their beginnings. */
    public static final String NUMBER_TYPED = "number.typed";

    public static final String STATUS = "status";
    public static final String STATUS_CATEGORY = "statusCategory";
    public static final String PRIORITY = "priority";
    public static final String TYPE = "type";
    public static final String CHANNEL = "channel";
    public static final String QUEUE = "queue";
    public static final String CATEGORY = "category";
    public static final String ASSIGNEE = "assignee";
    public static final String REQUESTER = "requester";
    public static final String ORGANIZATION = "organization";
    public static final String WATCHERS = "watchers";
    public static final String TAGS = "tags";
    public static final String CREATED = "created";
    public static final String UPDATED = "updated";
    public static final String SUBJECT = "subject";

    /** The subject's words by their beginnings, for suggestions. */
    public static final String SUBJECT_TYPED = "subject.typed";

    public static final String DESCRIPTION = "description";
    public static final String PUBLIC_MESSAGES = "publicMessages";

    /** Never searched, highlighted or counted for requesters. */
    public static final String INTERNAL_NOTES = "internalNotes";

    public static final String CUSTOM_TEXTS = "customTexts";

    /** The text fields that a requester may read of a ticket of theirs. */
    public static final List<String> PUBLIC_TEXTS = List.of(SUBJECT, DESCRIPTION, PUBLIC_MESSAGES, CUSTOM_TEXTS);

    /** Analyzer of words as they are spelled: no stemming, no accents, no case. */
    public static final String AS_SPELLED = "as_spelled";

    /** Physical name of one generation, such as {@code tickets-g1}, whatever definition version made it. */
    public String name(int generation) {
        return prefix + "tickets-g" + generation;
    }
}
