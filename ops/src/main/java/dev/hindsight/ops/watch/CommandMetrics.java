package dev.hindsight.ops.watch;

import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.IdempotencyMismatch;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.PreconditionRequired;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.monitoring.MessageMonitor;
import org.jspecify.annotations.Nullable;

/**
 * Times every run of a command, its commit included, as {@code hindsight.command}: by type, outcome and code. A run that
 * lost against another at the same moment is a {@code conflict}; dispatch tries again, which is a run of its own. Safe for
 * concurrent use.
 */
final class CommandMetrics implements MessageMonitor<CommandMessage<?>> {

    private static final String CONFLICT = "conflict";
    private static final String REFUSED = "refused";
    private static final String ERROR = "error";

    private final MeterRegistry meters;

    /** @param code the answer's code; {@code none} for a success */
    record Outcome(String outcome, String code) {

        static final Outcome OK = new Outcome("ok", "none");

        static Outcome of(@Nullable Throwable fault) {
            return switch (fault) {
                case null -> OK;
                case Refusal refusal -> new Outcome(REFUSED, refusal.code());
                case InvalidRequest invalid -> new Outcome(REFUSED, invalid.code());
                case NotFound ignored -> new Outcome(REFUSED, "NOT_FOUND");
                case AggregateNotFoundException ignored -> new Outcome(REFUSED, "NOT_FOUND");
                case Forbidden ignored -> new Outcome(REFUSED, "FORBIDDEN");
                case PreconditionRequired ignored -> new Outcome(REFUSED, "PRECONDITION_REQUIRED");
                case IdempotencyMismatch ignored -> new Outcome(REFUSED, "IDEMPOTENCY_MISMATCH");
                case PreconditionFailed ignored -> new Outcome(CONFLICT, "PRECONDITION_FAILED");
                case Unavailable unavailable -> new Outcome(ERROR, unavailable.code());
                default ->
                    CommandDispatch.isConflict(fault)
                            ? new Outcome(CONFLICT, "CONCURRENT_CHANGE")
                            : new Outcome(ERROR, "INTERNAL_ERROR");
            };
        }
    }

    CommandMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public MonitorCallback onMessageIngested(@Nullable CommandMessage<?> command) {
        String type = command == null ? "none" : command.getPayloadType().getSimpleName();
        long begun = System.nanoTime();
        return new MonitorCallback() {
            @Override
            public void reportSuccess() {
                record(type, Outcome.OK, begun);
            }

            @Override
            public void reportFailure(Throwable cause) {
                record(type, Outcome.of(cause), begun);
            }

            @Override
            public void reportIgnored() {
                record(type, new Outcome("ignored", "none"), begun);
            }
        };
    }

    private void record(String type, Outcome outcome, long begun) {
        Timer.builder("hindsight.command")
                .description("Runs of commands, their commits included")
                .tag("command", type)
                .tag("outcome", outcome.outcome())
                .tag("code", outcome.code())
                .serviceLevelObjectives(Buckets.work())
                .register(meters)
                .record(Duration.ofNanos(System.nanoTime() - begun));
    }
}
