package dev.hindsight.ops.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedOpenSearchTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void it_indexes_and_finds_with_icu_folding() throws Exception {
        URI node = SharedOpenSearch.uri();
        assertThat(send(node, "PUT", "/folded", """
                {"settings": {"number_of_replicas": 0, "analysis": {"analyzer": {"folded":
                    {"type": "custom", "tokenizer": "icu_tokenizer", "filter": ["icu_folding", "porter_stem"]}}}},
                 "mappings": {"dynamic": "strict", "properties": {"subject": {"type": "text", "analyzer": "folded"}}}}""")).contains("\"acknowledged\":true");
        send(node, "PUT", "/folded/_doc/1?refresh=true", "{\"subject\": \"Müller's Printers jam in Zürich\"}");
        assertThat(send(node, "GET", "/folded/_search?q=subject:(zurich+AND+printer)", ""))
                .contains("\"value\":1");
    }

    @Test
    void an_index_must_be_made_before_it_is_written() throws Exception {
        assertThat(send(SharedOpenSearch.uri(), "PUT", "/nobody-made-me/_doc/1", "{}"))
                .contains("index_not_found_exception");
    }

    @Test
    void documents_survive_a_kill_and_the_address_stays() throws Exception {
        try (EmbeddedOpenSearch node = EmbeddedOpenSearch.start(options())) {
            URI before = node.uri();
            put(before);
            node.kill();
            assertThat(node.isRunning()).isFalse();
            node.restart();
            assertThat(node.uri()).isEqualTo(before);
            assertThat(send(node.uri(), "GET", "/kept/_doc/1", "")).contains("\"found\":true");

            node.suspend();
            HttpRequest request = HttpRequest.newBuilder(before.resolve("/"))
                    .timeout(Duration.ofMillis(300))
                    .build();
            assertThatThrownBy(() -> HTTP.send(request, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
            node.resume();
            assertThat(send(node.uri(), "GET", "/kept/_doc/1", "")).contains("\"found\":true");
        }
        try (EmbeddedOpenSearch again = EmbeddedOpenSearch.start(options())) {
            assertThat(send(again.uri(), "GET", "/kept/_doc/1", "")).contains("\"found\":true");
        }
    }

    @Test
    void a_node_ends_with_its_killed_jvm_and_a_frozen_one_is_ended_by_the_next_start() throws Exception {
        Process parent = Child.start(ServerParent.class, "opensearch", folder.resolve("os"));
        ProcessHandle node =
                ProcessHandle.of(Long.parseLong(Child.awaitLine(parent))).orElseThrow();
        put(URI.create(Child.awaitLine(parent)));
        Processes.killAll(List.of(parent.toHandle()), Duration.ofSeconds(10));
        assertThat(Processes.awaitExit(node, Duration.ofSeconds(30)))
                .as("node ended")
                .isTrue();

        parent = Child.start(ServerParent.class, "opensearch", folder.resolve("os"));
        ProcessHandle frozen =
                ProcessHandle.of(Long.parseLong(Child.awaitLine(parent))).orElseThrow();
        Processes.signal("STOP", List.of(frozen));
        Processes.killAll(List.of(parent.toHandle()), Duration.ofSeconds(10));
        assertThat(Processes.isAlive(frozen)).as("frozen node").isTrue();

        try (EmbeddedOpenSearch next = EmbeddedOpenSearch.start(options())) {
            assertThat(Processes.isAlive(frozen)).as("frozen node").isFalse();
            assertThat(send(next.uri(), "GET", "/kept/_doc/1", "")).contains("\"found\":true");
        }
    }

    @Test
    void a_failed_start_shows_what_the_node_printed() {
        assertThatThrownBy(() -> EmbeddedOpenSearch.start(options().withJvmArguments("-XX:NoSuchOption=1")))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("NoSuchOption");
    }

    @Test
    void the_node_is_found_beside_the_application_one_level_above_it_or_in_a_checkout() throws Exception {
        Path application = Files.createDirectories(folder.resolve("application"));
        Path beside = application.resolve("search-node");
        assertThat(SearchNodeHome.beside(application.resolve("hindsight.jar"))).isEqualTo(beside);
        Path checkout = folder.resolve("ops/search-node/target/search-node");
        Files.createDirectories(checkout.resolve("lib"));
        assertThat(SearchNodeHome.beside(folder.resolve("ops/target/hindsight.jar")))
                .isEqualTo(checkout);
        Files.createDirectories(beside.resolve("lib"));
        assertThat(SearchNodeHome.beside(application.resolve("hindsight.jar"))).isEqualTo(beside);
        assertThat(SearchNodeHome.beside(application.resolve("lib").resolve("hindsight.jar")))
                .isEqualTo(beside);
    }

    private EmbeddedOpenSearch.Options options() {
        return EmbeddedOpenSearch.Options.in(folder.resolve("os"));
    }

    private static void put(URI node) throws Exception {
        send(node, "PUT", "/kept", "{\"settings\": {\"number_of_replicas\": 0}}");
        assertThat(send(node, "PUT", "/kept/_doc/1", "{\"n\": 1}")).contains("\"created\"");
    }

    private static String send(URI node, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.resolve(path))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
