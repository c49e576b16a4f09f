package dev.hindsight.projections.search;

import java.util.UUID;

/**
 * A document as OpenSearch gets and gives it.
 *
 * @param position the version under which the index takes it: the position of the last event it shows, so that an older
 *     one never replaces a newer one
 * @param source the document as JSON in UTF-8; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by those who know how
record IndexEntry(UUID id, long position, byte[] source) {}
