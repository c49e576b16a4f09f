package dev.hindsight.ops.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.springframework.util.FileSystemUtils;

/** The journey on a real Axon Server, whose context must be empty: what others wrote there is sealed with other keys. */
@EnabledIfEnvironmentVariable(
        named = "HINDSIGHT_AXON_SERVER",
        matches = ".+",
        disabledReason = "no Axon Server is named: set HINDSIGHT_AXON_SERVER=host:port")
class AxonServerJourneyTest extends Journey {

    private static @Nullable RunningApplication app;

    AxonServerJourneyTest() {
        super(onAxonServer());
    }

    private static synchronized RunningApplication onAxonServer() {
        if (app == null) {
            try {
                app = RunningApplication.in(
                        Files.createTempDirectory("hindsight-axon-server"),
                        Map.of(
                                "hindsight.event-store",
                                "axon-server",
                                "hindsight.axon-server.servers",
                                Objects.requireNonNull(System.getenv("HINDSIGHT_AXON_SERVER"))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return app;
    }

    @AfterAll
    static void stop() {
        if (app != null) {
            Path data = app.data();
            app.close();
            FileSystemUtils.deleteRecursively(data.toFile());
        }
    }
}
