package dev.hindsight.command.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * A command's success.
 *
 * @param position of the last event appended, or of the version that already was; null if sequencing stalls
 * @param replayed whether it had been done before under the same idempotency key
 */
public record Answer(Receipt receipt, @Nullable Long position, boolean replayed) {}
