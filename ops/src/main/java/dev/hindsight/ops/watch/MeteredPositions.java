package dev.hindsight.ops.watch;

import dev.hindsight.command.AppendedPositions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Times how long committed commands wait for their positions ({@code hindsight.log.position.wait}: sequencing as clients
 * feel it) and counts those that are answered without one.
 */
public final class MeteredPositions implements AppendedPositions {

    private final AppendedPositions positions;
    private final Timer waits;
    private final Counter missing;

    public MeteredPositions(AppendedPositions positions, MeterRegistry meters) {
        this.positions = positions;
        this.waits = Timer.builder("hindsight.log.position.wait")
                .description("From a command's commit until its position is known")
                .serviceLevelObjectives(Buckets.work())
                .register(meters);
        this.missing = Counter.builder("hindsight.log.position.missing")
                .description("Commands that were answered with position null because sequencing stalled")
                .register(meters);
    }

    @Override
    public OptionalLong awaitPosition(long appendNumber, Duration atMost) {
        long begun = System.nanoTime();
        OptionalLong position = positions.awaitPosition(appendNumber, atMost);
        waits.record(Duration.ofNanos(System.nanoTime() - begun));
        if (position.isEmpty()) {
            missing.increment();
        }
        return position;
    }

    @Override
    public OptionalLong positionOf(String streamId, long sequence) {
        return positions.positionOf(streamId, sequence);
    }
}
