package dev.hindsight.ops.codec;

/**
 * An event as the store keeps it.
 *
 * @param name stable stored name, such as {@code ticket.opened}
 * @param revision decimal number from 1
 * @param payload UTF-8 JSON as ops/docs/formats.md defines it; owned by the receiver
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between codec and store, never compared
public record StoredEvent(String name, String revision, byte[] payload) {}
