package dev.hindsight.query.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * New events that all who follow the feed on this node share: read once, rendered once, and judged once for all with the
 * same rights. Safe for concurrent use.
 */
final class FeedChunk {

    /** So long one judgement serves others with equal rights. */
    private static final long FRESH_NANOS = 100_000_000;

    private static final int MOST_JUDGEMENTS = 32;

    private record Judgement(Set<UUID> readable, long at) {}

    private final long before;
    private final List<FeedLine> lines;
    private final Map<FeedRights, Judgement> judgements = new ConcurrentHashMap<>();

    /**
     * @param before the last position before it
     * @param lines not empty, in order
     */
    FeedChunk(long before, List<FeedLine> lines) {
        this.before = before;
        this.lines = lines;
    }

    boolean follows(long position) {
        return position >= before && position < last();
    }

    long last() {
        return lines.getLast().position();
    }

    int size() {
        return lines.size();
    }

    /** Those lines after a position that the rights show now. */
    List<FeedPage.Line> shownTo(FeedRights rights, long after, FeedPages pages) {
        Set<UUID> readable = readable(rights, pages);
        List<FeedPage.Line> shown = new ArrayList<>();
        for (FeedLine line : lines) {
            byte @Nullable [] json = line.position() > after ? line.shownTo(rights, readable) : null;
            if (json != null) {
                shown.add(new FeedPage.Line(line.position(), json));
            }
        }
        return shown;
    }

    private Set<UUID> readable(FeedRights rights, FeedPages pages) {
        if (judgements.size() >= MOST_JUDGEMENTS && !judgements.containsKey(rights)) {
            return judge(rights, pages);
        }
        Judgement judgement = judgements.compute(
                rights,
                (same, last) -> last != null && System.nanoTime() - last.at() < FRESH_NANOS
                        ? last
                        : new Judgement(judge(same, pages), System.nanoTime()));
        return judgement.readable();
    }

    private Set<UUID> judge(FeedRights rights, FeedPages pages) {
        return pages.inTurn(() -> pages.readable(rights, lines, last()));
    }
}
