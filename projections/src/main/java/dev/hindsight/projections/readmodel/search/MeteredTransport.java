package dev.hindsight.projections.readmodel.search;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.json.JsonpMapper;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.transport.Endpoint;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.TransportOptions;

/**
 * Times every request to OpenSearch as {@code hindsight.search.request}: by operation (the API's own word, such as
 * {@code msearch} or {@code bulk}) and outcome ({@code ok}; {@code refused} where OpenSearch understood and said no;
 * {@code failed} where it did not answer, was too busy or broke).
 */
final class MeteredTransport implements OpenSearchTransport {

    /** The upper bounds of the histogram. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(60),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private static final Set<String> OPERATIONS =
            Set.of("search", "msearch", "bulk", "refresh", "doc", "count", "mget", "update", "analyze", "health");
    private static final int TOO_MANY = 429;
    private static final int SERVER_FAULT = 500;

    private final OpenSearchTransport plain;
    private final MeterRegistry meters;

    MeteredTransport(OpenSearchTransport plain, MeterRegistry meters) {
        this.plain = plain;
        this.meters = meters;
        time("msearch", "ok"); // there before the first search, so that a query for it has an answer
        time("msearch", "failed");
        time("bulk", "ok");
        time("bulk", "failed");
    }

    @Override
    public <Q, A, E> A performRequest(Q request, Endpoint<Q, A, E> endpoint, @Nullable TransportOptions options)
            throws IOException {
        long begun = System.nanoTime();
        Throwable fault = null;
        try {
            return plain.performRequest(request, endpoint, options);
        } catch (IOException | RuntimeException e) {
            fault = e;
            throw e;
        } finally {
            record(request, endpoint, fault, System.nanoTime() - begun);
        }
    }

    @Override
    public <Q, A, E> CompletableFuture<A> performRequestAsync(
            Q request, Endpoint<Q, A, E> endpoint, @Nullable TransportOptions options) {
        long begun = System.nanoTime();
        return plain.performRequestAsync(request, endpoint, options)
                .whenComplete((answer, fault) -> record(request, endpoint, fault, System.nanoTime() - begun));
    }

    private <Q> void record(Q request, Endpoint<Q, ?, ?> endpoint, @Nullable Throwable fault, long nanos) {
        time(operation(endpoint.requestUrl(request)), outcome(fault)).record(Duration.ofNanos(nanos));
    }

    private Timer time(String operation, String outcome) {
        return Timer.builder("hindsight.search.request")
                .description("Time of one request to OpenSearch")
                .tag("operation", operation)
                .tag("outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    private static String operation(String url) {
        for (String part : url.split("/")) {
            if (part.startsWith("_") && OPERATIONS.contains(part.substring(1))) {
                return part.substring(1);
            }
        }
        return "other";
    }

    private static String outcome(@Nullable Throwable fault) {
        Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
        if (cause == null) {
            return "ok";
        }
        return cause instanceof OpenSearchException answer
                        && answer.status() != TOO_MANY
                        && answer.status() < SERVER_FAULT
                ? "refused"
                : "failed";
    }

    @Override
    public JsonpMapper jsonpMapper() {
        return plain.jsonpMapper();
    }

    @Override
    public TransportOptions options() {
        return plain.options();
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }
}
