package dev.hindsight.query.attachments;

import java.util.List;

/**
 * The attachments of a ticket, the oldest first.
 *
 * @param position the log up to which the list is right
 */
public record AttachmentList(List<Attachment> items, long position) {}
