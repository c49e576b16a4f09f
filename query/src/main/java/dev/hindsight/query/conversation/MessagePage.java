package dev.hindsight.query.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages, the oldest first.
 *
 * @param nextCursor null on the last page
 * @param position the log up to which the page is right
 */
public record MessagePage(List<Message> items, @Nullable String nextCursor, long position) {}
