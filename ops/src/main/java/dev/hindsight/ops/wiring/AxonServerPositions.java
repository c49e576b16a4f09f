package dev.hindsight.ops.wiring;

import dev.hindsight.command.AppendedPositions;
import java.time.Duration;
import java.util.OptionalLong;

/** Axon Server does not tell an appender where its events came to stand: commands answer {@code position: null}. */
final class AxonServerPositions implements AppendedPositions {

    @Override
    public OptionalLong awaitPosition(long appendNumber, Duration atMost) {
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong positionOf(String streamId, long sequence) {
        return OptionalLong.empty();
    }
}
