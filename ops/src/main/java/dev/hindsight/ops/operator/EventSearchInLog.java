package dev.hindsight.ops.operator;

import dev.hindsight.command.reversion.Criteria;
import dev.hindsight.command.reversion.EventSearch;
import dev.hindsight.domain.Envelope;
import dev.hindsight.ops.codec.MetadataCodec;
import dev.hindsight.projections.readmodel.RawLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads the log from one end to the other, on either store, and opens no payload: only the envelopes of those events
 * whose metadata hold what is looked for. Safe for concurrent use.
 */
final class EventSearchInLog implements EventSearch {

    private static final String TICKET = "ticket-";

    /** Matches, and positions, after which what was found is told. */
    private static final int PART = 1_000;

    private static final int FAR = 50_000;

    private final RawLog log;
    private final MetadataCodec codec = new MetadataCodec();

    EventSearchInLog(RawLog log) {
        this.log = log;
    }

    @Override
    public long head() {
        return log.head();
    }

    @Override
    public void find(Criteria criteria, long after, long upTo, Parts parts) throws InterruptedException {
        byte[] mark = criteria.mark().getBytes(StandardCharsets.UTF_8);
        boolean plain =
                criteria.mark().chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/');
        var found = new ArrayList<Match>();
        long told = after;
        try (RawLog.Reading reading = log.inOrder(after, upTo)) {
            for (var events = reading.next(); events != null; events = reading.next()) {
                for (RawLog.Stored event : events) {
                    if (event.header().stream().startsWith(TICKET)
                            && (!plain || holds(event.metadata(), mark))
                            && codec.decode(event.metadata()).get(Envelope.KEY) instanceof Envelope envelope
                            && criteria.matches(envelope, event.header().recordedAt())) {
                        found.add(new Match(
                                UUID.fromString(event.header().stream().substring(TICKET.length())),
                                event.header().version()));
                    }
                }
                long reached = events.getLast().header().position();
                if (found.size() >= PART || reached - told >= FAR) {
                    if (!parts.take(List.copyOf(found), reached)) {
                        return;
                    }
                    found.clear();
                    told = reached;
                }
            }
        }
        parts.take(List.copyOf(found), upTo);
    }

    private static boolean holds(byte[] bytes, byte[] mark) {
        byte first = mark[0];
        for (int i = 0; i <= bytes.length - mark.length; i++) {
            if (bytes[i] == first) {
                int same = 1;
                while (same < mark.length && bytes[i + same] == mark[same]) {
                    same++;
                }
                if (same == mark.length) {
                    return true;
                }
            }
        }
        return false;
    }
}
