package dev.hindsight.query.tickets;

import java.util.List;
import java.util.UUID;

/**
 * Where a ticket stands in a sorted list.
 *
 * @param bucket number of its bucket
 * @param key its key inside the bucket: an Instant or a Long
 */
record Place(int bucket, Object key, UUID id) {

    static Place of(TicketSort sort, List<String> text) {
        return new Place(Integer.parseInt(text.get(0)), sort.parseKey(text.get(1)), UUID.fromString(text.get(2)));
    }

    /** What a cursor holds. */
    List<String> text() {
        return List.of(Integer.toString(bucket), key.toString(), id.toString());
    }
}
