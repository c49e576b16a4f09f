package dev.hindsight.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.axonframework.monitoring.MessageMonitor;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** A trace that a client began goes through the command and its events into the read models, to a real receiver. */
class TracesTest {

    private final Watched watched = Watched.here();
    private final RunningApplication app = watched.app();

    @Test
    void aTraceFollowsACommandThroughItsEventsIntoTheReadModels() {
        String trace = UUID.randomUUID().toString().replace("-", "");
        Person requester = app.as(Role.REQUESTER, "lee.untraceable@example.org");
        Answer opened = requester.post(
                "/api/v1/tickets",
                "{\"subject\":\"A xylophone is stuck\",\"description\":\"It smells of burnt zorkmids.\"}",
                "traceparent",
                "00-" + trace + "-00f067aa0ba902b7-01",
                "X-Correlation-Id",
                "bulk-7");
        assertThat(opened.status()).isEqualTo(201);

        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        while (!names(trace).contains("project tickets") || !names(trace).contains("http post /api/v1/tickets")) {
            assertThat(Instant.now()).as("spans so far: %s", names(trace)).isBefore(deadline);
            LockSupport.parkNanos(100_000_000);
        }
        Map<String, Span> spans = of(trace).stream()
                .filter(span -> !span.getName().equals("command RecognizePerson"))
                .collect(Collectors.toMap(Span::getName, Function.identity(), (a, b) -> a));
        Span server = Objects.requireNonNull(spans.get("http post /api/v1/tickets"));
        Span command = Objects.requireNonNull(spans.get("command OpenTicket"));
        Span projected = Objects.requireNonNull(spans.get("project tickets"));
        assertThat(hex(server.getParentSpanId())).isEqualTo("00f067aa0ba902b7");
        assertThat(hex(command.getParentSpanId())).isEqualTo(hex(server.getSpanId()));
        assertThat(hex(projected.getParentSpanId())).isEqualTo(hex(command.getSpanId()));
        assertThat(projected.getEndTimeUnixNano()).isGreaterThanOrEqualTo(projected.getStartTimeUnixNano());
        Map<String, String> attributes = command.getAttributesList().stream()
                .collect(Collectors.toMap(
                        attribute -> attribute.getKey(),
                        attribute -> attribute.getValue().getStringValue()));
        assertThat(attributes)
                .containsEntry("hindsight.correlation", "bulk-7")
                .containsEntry("hindsight.outcome", "ok");

        assertThat(metadata(opened.id())).contains("\"traceparent\":\"00-" + trace + "-" + hex(command.getSpanId()));
        assertThat(watched.everything())
                .doesNotContain("xylophone")
                .doesNotContain("zorkmid")
                .doesNotContain("untraceable")
                .doesNotContain(requester.token());
    }

    @Test
    void whatIsNotSampledLeavesNoTrace() {
        Answer opened =
                app.as(Role.REQUESTER, "lee@example.org").post("/api/v1/tickets", "{\"subject\":\"Nobody looks\"}");
        assertThat(opened.status()).isEqualTo(201);
        assertThat(metadata(opened.id())).doesNotContain("traceparent");
    }

    @Test
    void withoutAReceiverNothingOfTracesRuns() {
        var plain = RunningApplication.shared().context();
        assertThat(plain.getBeansOfType(Tracer.class)).isEmpty();
        assertThat(plain.getBeansOfType(Traces.class)).isEmpty();
        assertThat(plain.getBeansOfType(io.opentelemetry.api.OpenTelemetry.class))
                .isEmpty();
        assertThat(plain.getBean(MessageMonitor.class)).isInstanceOf(CommandMetrics.class);
    }

    private String metadata(String ticket) {
        byte[] metadata = new JdbcTemplate(app.context().getBean(javax.sql.DataSource.class))
                .queryForObject(
                        "SELECT metadata FROM log.event WHERE stream = ? AND version = 1",
                        byte[].class,
                        "ticket-" + ticket);
        assertThat(metadata).isNotNull();
        return new String(metadata, StandardCharsets.UTF_8);
    }

    private List<String> names(String trace) {
        return of(trace).stream().map(Span::getName).toList();
    }

    private List<Span> of(String trace) {
        return watched.spans().stream()
                .filter(span -> hex(span.getTraceId()).equals(trace))
                .toList();
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
