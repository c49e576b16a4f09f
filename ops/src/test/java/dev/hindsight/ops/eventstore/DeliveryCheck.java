package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;

/**
 * What one reader was given, checked as it comes: positions consecutive, versions of each stream consecutive, each
 * transaction's events together. For one thread.
 */
final class DeliveryCheck {

    private final String reader;
    private final Map<String, LogLoad.Digest> transactions = new LinkedHashMap<>();
    private final Map<String, Long> versions = new HashMap<>();
    private String current = "";
    private long position;

    DeliveryCheck(String reader) {
        this.reader = reader;
    }

    long position() {
        return position;
    }

    void accept(TrackedEventMessage<?> message) {
        DomainEventMessage<?> event = (DomainEventMessage<?>) message;
        accept(
                ((GlobalSequenceTrackingToken) message.trackingToken()).getGlobalIndex(),
                event.getAggregateIdentifier(),
                event.getSequenceNumber() + 1,
                event.getIdentifier(),
                LogLoad.transactionOf(event.getPayload()));
    }

    void accept(long at, String stream, long version, String eventId, String transaction) {
        if (at != position + 1) {
            throw new AssertionError(reader + ": position " + at + " came after " + position);
        }
        position = at;
        long before = versions.merge(stream, version, (old, now) -> {
            if (now != old + 1) {
                throw new AssertionError(reader + ": " + stream + " " + now + " came after " + old + " at " + at);
            }
            return now;
        });
        if (before != version) {
            throw new AssertionError(reader + ": versions of " + stream);
        }
        if (!transaction.equals(current)) {
            if (transactions.containsKey(transaction)) {
                throw new AssertionError(reader + ": " + transaction + " is split at position " + at);
            }
            current = transaction;
        }
        transactions.merge(transaction, LogLoad.Digest.EMPTY.and(eventId), (old, one) -> old.and(eventId));
    }

    /** Exactly what was committed came, no more and no less, but for transactions of unknown outcome. */
    void verify(Map<String, LogLoad.Digest> committed, int unknown) {
        Set<String> more = new HashSet<>(transactions.keySet());
        more.removeAll(committed.keySet());
        assertThat(more).as("%s: transactions nobody committed", reader).hasSizeLessThanOrEqualTo(unknown);
        Map<String, LogLoad.Digest> known = new HashMap<>(transactions);
        known.keySet().removeAll(more);
        if (!known.equals(committed)) {
            Map<String, LogLoad.Digest> missing = new HashMap<>(committed);
            missing.entrySet().removeAll(known.entrySet());
            throw new AssertionError(reader + ": " + missing.size() + " of " + committed.size()
                    + " transactions did not come as they were committed, such as "
                    + missing.entrySet().stream().limit(5).toList());
        }
    }
}
