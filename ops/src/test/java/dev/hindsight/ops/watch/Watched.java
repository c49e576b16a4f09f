package dev.hindsight.ops.watch;

import com.sun.net.httpserver.HttpServer;
import dev.hindsight.ops.acceptance.RunningApplication;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** An application as a site runs it, watched: closed metrics, every request logged, traces sent to a receiver here. */
final class Watched {

    static final String SCRAPE_TOKEN = "a-scrapers-own-token-0123456789";

    private static @Nullable Watched one;

    private final RunningApplication app;
    private final List<ExportTraceServiceRequest> received;

    private Watched(RunningApplication app, List<ExportTraceServiceRequest> received) {
        this.app = app;
        this.received = received;
    }

    /** One for all tests of this JVM. */
    static synchronized Watched here() {
        if (one == null) {
            try {
                List<ExportTraceServiceRequest> received = new CopyOnWriteArrayList<>();
                HttpServer receiver = receiver(received);
                Path folder = Files.createTempDirectory("hindsight-watched");
                RunningApplication app = RunningApplication.in(
                        folder,
                        Map.of(
                                "hindsight.metrics.open",
                                false,
                                "hindsight.metrics.token",
                                SCRAPE_TOKEN,
                                "hindsight.log-requests",
                                true,
                                "management.opentelemetry.tracing.export.otlp.endpoint",
                                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/v1/traces",
                                "management.opentelemetry.tracing.export.schedule-delay",
                                "100ms",
                                "management.tracing.sampling.probability",
                                0.0)); // only what comes with a sampled trace
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    app.close();
                    receiver.stop(0);
                    FileSystemUtils.deleteRecursively(folder.toFile());
                }));
                one = new Watched(app, received);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return one;
    }

    private static HttpServer receiver(List<ExportTraceServiceRequest> received) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                received.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
                byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            }
        });
        server.start();
        return server;
    }

    RunningApplication app() {
        return app;
    }

    List<Span> spans() {
        return received.stream()
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    /** Everything that was received, as text. */
    String everything() {
        return received.toString();
    }
}
