package dev.hindsight.query.feed;

import java.util.List;

/**
 * A stretch of the feed.
 *
 * @param lines what the reader sees of it, in order
 * @param complete the stretch's last position, of an event that is seen or not: go on after it
 * @param known how far the feed reached when it was read
 */
record FeedPage(List<FeedPage.Line> lines, long complete, long known) {

    /** @param json an object in UTF-8, not to be changed */
    @SuppressWarnings("ArrayRecordComponent") // shared bytes, never compared
    record Line(long position, byte[] json) {}

    /** The size of its lines. */
    int bytes() {
        return lines.stream().mapToInt(line -> line.json().length).sum();
    }
}
