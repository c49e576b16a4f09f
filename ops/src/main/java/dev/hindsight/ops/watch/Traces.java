package dev.hindsight.ops.watch;

import dev.hindsight.domain.Envelope;
import dev.hindsight.projections.live.TracedBatches;
import dev.hindsight.projections.readmodel.ReadModel;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.monitoring.MessageMonitor;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command into the read models: a span for each run of a command, its context in the envelopes of the events
 * that it stores, and under it a span for each model that brings them in. Only sampled traces are written down. Spans
 * carry names and ids, never content. Safe for concurrent use.
 */
public final class Traces implements MessageMonitor<CommandMessage<?>>, TracedBatches {

    /** W3C trace context, version 00, sampled. */
    private static final Pattern TRACEPARENT = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-01");

    private final Tracer tracer;

    public Traces(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Commands run in the thread that sends them, so the span is current until the callback. */
    @Override
    public MonitorCallback onMessageIngested(@Nullable CommandMessage<?> command) {
        Span span = tracer.nextSpan()
                .name("command "
                        + (command == null ? "none" : command.getPayloadType().getSimpleName()))
                .start();
        if (command != null && command.getMetaData().get(Envelope.KEY) instanceof Envelope envelope) {
            span.tag("hindsight.command", envelope.command());
            span.tag("hindsight.correlation", envelope.correlation());
        }
        Tracer.SpanInScope scope = tracer.withSpan(span);
        return new MonitorCallback() {
            @Override
            public void reportSuccess() {
                end(CommandMetrics.Outcome.OK);
            }

            @Override
            public void reportFailure(Throwable cause) {
                end(CommandMetrics.Outcome.of(cause));
            }

            @Override
            public void reportIgnored() {
                end(CommandMetrics.Outcome.OK);
            }

            private void end(CommandMetrics.Outcome outcome) {
                scope.close();
                span.tag("hindsight.outcome", outcome.outcome()).tag("hindsight.code", outcome.code());
                span.end();
            }
        };
    }

    /** The event with the current span in its envelope; the same event where nothing is traced. */
    public EventMessage<?> traced(EventMessage<?> event) {
        Span span = tracer.currentSpan();
        if (span == null
                || !Boolean.TRUE.equals(span.context().sampled())
                || !(event.getMetaData().get(Envelope.KEY) instanceof Envelope envelope)) {
            return event;
        }
        TraceContext context = span.context();
        return event.andMetaData(
                Map.of(Envelope.KEY, envelope.tracedBy("00-" + context.traceId() + "-" + context.spanId() + "-01")));
    }

    @Override
    public void committed(ReadModel model, Set<String> traceparents, long nanos) {
        long endedMicros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        for (String traceparent : traceparents) {
            Matcher parts = TRACEPARENT.matcher(traceparent);
            if (parts.matches()) {
                tracer.spanBuilder()
                        .setParent(tracer.traceContextBuilder()
                                .traceId(parts.group(1))
                                .spanId(parts.group(2))
                                .sampled(true)
                                .build())
                        .name("project " + model.id())
                        .startTimestamp(endedMicros - TimeUnit.NANOSECONDS.toMicros(nanos), TimeUnit.MICROSECONDS)
                        .start()
                        .end(endedMicros, TimeUnit.MICROSECONDS);
            }
        }
    }
}
