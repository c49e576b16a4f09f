package dev.hindsight.ops;

import dev.hindsight.command.CommandModule;
import dev.hindsight.command.ErasureModule;
import dev.hindsight.command.ReversionModule;
import dev.hindsight.ops.access.AccessConfiguration;
import dev.hindsight.ops.attachments.AttachmentConfiguration;
import dev.hindsight.ops.audit.AuditConfiguration;
import dev.hindsight.ops.edge.EdgeConfiguration;
import dev.hindsight.ops.erasure.ErasureConfiguration;
import dev.hindsight.ops.ledger.LedgerConfiguration;
import dev.hindsight.ops.operator.OperatorConfiguration;
import dev.hindsight.ops.operator.RebuildConfiguration;
import dev.hindsight.ops.operator.ReversionConfiguration;
import dev.hindsight.ops.watch.WatchConfiguration;
import dev.hindsight.ops.wiring.AxonConfiguration;
import dev.hindsight.ops.wiring.DatabaseConfiguration;
import dev.hindsight.ops.wiring.EventStoreConfiguration;
import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.ledger.SealingModule;
import dev.hindsight.projections.rebuild.RebuildModule;
import dev.hindsight.projections.search.SearchProjection;
import dev.hindsight.query.QueryModule;
import dev.hindsight.query.audit.AuditModule;
import dev.hindsight.query.feed.FeedModule;
import dev.hindsight.query.history.HistoryModule;
import dev.hindsight.query.ledger.LedgerModule;
import dev.hindsight.query.search.SearchModule;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/** The application: its modules by name. Boot's auto-configuration serves the web server, metrics and JSON. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
    DatabaseConfiguration.class,
    EventStoreConfiguration.class,
    AxonConfiguration.class,
    CommandModule.class,
    ErasureModule.class,
    ErasureConfiguration.class,
    ReversionModule.class,
    ReversionConfiguration.class,
    ProjectionsModule.class,
    RebuildModule.class,
    SearchProjection.class,
    QueryModule.class,
    SearchModule.class,
    FeedModule.class,
    HistoryModule.class,
    AuditModule.class,
    SealingModule.class,
    LedgerModule.class,
    LedgerConfiguration.class,
    AttachmentConfiguration.class,
    AuditConfiguration.class,
    AccessConfiguration.class,
    EdgeConfiguration.class,
    OperatorConfiguration.class,
    RebuildConfiguration.class,
    WatchConfiguration.class
})
public class HindsightApplication {

    /** Where spans go, also set by {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}; without it none are made. */
    private static final String TRACES_ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

    /** What Boot would set up for traces, exported or not; each costs something for every request. */
    private static final List<String> TRACING = List.of(
            "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
            "org.springframework.boot.opentelemetry.autoconfigure.logging.OpenTelemetryLoggingAutoConfiguration",
            "org.springframework.boot.opentelemetry.autoconfigure.logging.otlp.OtlpLoggingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.prometheus.PrometheusExemplarsAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.otlp.OtlpTracingAutoConfiguration");

    /**
     * Starts it; returns when it is ready.
     *
     * @param properties stand above configuration files and environment
     */
    public static ConfigurableApplicationContext start(Map<String, Object> properties) {
        SpringApplication application = new SpringApplication(HindsightApplication.class);
        application.setRegisterShutdownHook(false); // whoever starts it stops it before the servers it needs
        application.setLogStartupInfo(false);
        if (Boolean.TRUE.equals(properties.get("hindsight.dev"))) {
            // who tries it out sees what is wrong, not how it starts; LOGGING_LEVEL_DEV_HINDSIGHT=info tells all
            application.setDefaultProperties(Map.of("logging.level.dev.hindsight", "warn"));
        }
        application.addInitializers(context -> {
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("start", properties));
            boolean traces = StringUtils.hasText(context.getEnvironment().getProperty(TRACES_ENDPOINT));
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "traces",
                            traces
                                    ? Map.of(WatchConfiguration.TRACES, true)
                                    : Map.of(
                                            WatchConfiguration.TRACES,
                                            false,
                                            "spring.autoconfigure.exclude",
                                            TRACING)));
        });
        return application.run();
    }
}
