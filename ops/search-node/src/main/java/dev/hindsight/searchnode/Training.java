package dev.hindsight.searchnode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Build step: lets a node start, index, search and end once while the JVM records what it loads and links (JEP 483), so
 * that later starts find that done. The JVM itself sees when the record does not fit its jars, flags or version, and goes
 * on without it. A training that fails costs nothing but that speed, so it does not fail the build.
 *
 * <p>Argument: the folder of which {@code lib} holds the jars; the record becomes its {@code search-node.aot}.
 */
final class Training {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration END = Duration.ofMinutes(5);
    private static final List<Request> EXERCISE = List.of(
            new Request("PUT", "/trained", """
                    {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "analysis": {
                       "filter": {"prefixes": {"type": "edge_ngram", "min_gram": 2, "max_gram": 10}},
                       "analyzer": {"folded": {"type": "custom", "tokenizer": "icu_tokenizer",
                          "filter": ["icu_folding", "porter_stem"]},
                         "typed": {"type": "custom", "tokenizer": "icu_tokenizer", "filter": ["icu_folding", "prefixes"]}}}},
                     "mappings": {"dynamic": "strict", "properties": {"number": {"type": "long"},
                       "status": {"type": "keyword"}, "at": {"type": "date"},
                       "subject": {"type": "text", "analyzer": "folded",
                         "fields": {"typed": {"type": "text", "analyzer": "typed", "search_analyzer": "folded"}}}}}}"""),
            new Request("POST", "/trained/_bulk", """
                    {"index": {"_id": "1", "version": 1, "version_type": "external_gte"}}
                    {"number": 1, "status": "open", "at": "2026-01-01T00:00:00Z", "subject": "Printer on fire"}
                    {"index": {"_id": "2", "version": 2, "version_type": "external_gte"}}
                    {"number": 2, "status": "closed", "at": "2026-01-02T00:00:00Z", "subject": "Printer is out"}
                    """),
            new Request("POST", "/trained/_refresh", ""),
            new Request("POST", "/trained/_search", """
                    {"query": {"bool": {"must": [{"multi_match": {"query": "printers", "fields": ["subject", "subject.typed"]}}],
                       "filter": [{"term": {"status": "open"}}, {"range": {"at": {"gte": "2025-01-01"}}}],
                       "must_not": [{"match_phrase": {"subject": "paper jam"}}]}},
                     "sort": ["_score", {"number": "desc"}], "highlight": {"fields": {"subject": {}}},
                     "aggs": {"by": {"terms": {"field": "status"}}}}"""),
            new Request("GET", "/trained/_doc/1", ""),
            new Request("GET", "/_cluster/health", ""),
            new Request("DELETE", "/trained", ""));

    private Training() {}

    private record Request(String method, String path, String body) {}

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]).toAbsolutePath();
        Path record = home.resolve("search-node.aot");
        if (isNewerThanJars(record, home.resolve("lib"))) {
            return;
        }
        Files.deleteIfExists(record);
        Path folder = Files.createTempDirectory("hindsight-training");
        try {
            train(home, folder, record);
        } catch (IOException failure) {
            System.err.println("The search node could not be trained and will start slower: " + failure.getMessage());
        } finally {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private static boolean isNewerThanJars(Path record, Path lib) throws IOException {
        FileTime recorded;
        try {
            recorded = Files.getLastModifiedTime(record);
        } catch (NoSuchFileException untrained) {
            return false;
        }
        try (Stream<Path> jars = Files.list(lib)) {
            for (Path jar : jars.toList()) {
                if (Files.getLastModifiedTime(jar).compareTo(recorded) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void train(Path home, Path folder, Path record) throws IOException, InterruptedException {
        Path part = home.resolve("search-node.aot.part");
        Path ready = folder.resolve("ready");
        // The flags of the embedded node's default; a record made under another collector would not be used.
        Process node = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:AOTCacheOutput=" + part,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dlog4j2.disable.jmx=true",
                        "-Dio.netty.noUnsafe=true",
                        "-Dio.netty.noKeySetOptimization=true",
                        "-Djava.util.logging.manager=org.apache.logging.log4j.jul.LogManager",
                        "-D" + SearchNode.SHUTDOWN_PROPERTY + "=" + END.toSeconds(),
                        "-cp",
                        home.resolve("lib").resolve("search-node.jar").toString(),
                        SearchNode.class.getName(),
                        folder.toString(),
                        ready.toString(),
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("training.log").toFile())
                .start();
        try {
            long end = System.nanoTime() + START.toNanos();
            while (Files.notExists(ready)) {
                if (!node.isAlive() || System.nanoTime() > end) {
                    throw new IOException("it did not start, see " + home.resolve("training.log"));
                }
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            exercise("http://" + Files.readAllLines(ready).getFirst());
            node.getOutputStream().close();
            if (!node.waitFor(END.toSeconds(), TimeUnit.SECONDS) || Files.notExists(part)) {
                throw new IOException("the JVM left no record, see " + home.resolve("training.log"));
            }
            Files.move(part, record, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            node.destroyForcibly();
            Files.deleteIfExists(part);
        }
    }

    private static void exercise(String node) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (Request request : EXERCISE) {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(URI.create(node + request.path()))
                                .header("Content-Type", "application/json")
                                .timeout(Duration.ofMinutes(1))
                                .method(request.method(), HttpRequest.BodyPublishers.ofString(request.body()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() >= 300) {
                    throw new IOException(request.path() + " answered " + answer.body());
                }
            }
        }
    }
}
