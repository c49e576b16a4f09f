package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched into a file is there whole and for its owner alone, or not at all. */
class DownloadTest {

    private static final String OLD = "an older and much longer bundle";

    @TempDir
    Path folder;

    private final HttpServer http;
    private ServerClient client = new ServerClient(URI.create("http://127.0.0.1:9"), "none");

    DownloadTest() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/whole", exchange -> {
            exchange.sendResponseHeaders(200, 3);
            exchange.getResponseBody().write(new byte[] {1, 2, 3});
            exchange.close();
        });
        http.createContext("/broken", exchange -> {
            exchange.sendResponseHeaders(200, 1_000_000);
            exchange.getResponseBody().write(new byte[100_000]);
            exchange.close();
        });
        http.createContext("/refused", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
    }

    @BeforeEach
    void begin() {
        http.start();
        client = new ServerClient(
                URI.create("http://127.0.0.1:" + http.getAddress().getPort()), "none");
    }

    @AfterEach
    void end() {
        client.close();
        http.stop(0);
    }

    @Test
    void whatWasThereIsReplacedAsAWhole() throws Exception {
        Path target = Files.writeString(folder.resolve("bundle.zip"), OLD);
        client.download("/whole", "application/zip", target);
        assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining(target::equals);
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void ofAFailureNothingIsLeft() throws Exception {
        Path target = Files.writeString(folder.resolve("bundle.zip"), OLD);
        for (String path : new String[] {"/broken", "/refused"}) {
            assertThatThrownBy(() -> client.download(path, "application/zip", target))
                    .isInstanceOf(CommandFailure.class);
            assertThat(target).hasContent(OLD);
            assertThat(folder.toFile().list()).containsExactly("bundle.zip");
        }
        assertThatThrownBy(() -> client.download("/whole", "application/zip", folder))
                .isInstanceOf(CommandFailure.class);
    }
}
