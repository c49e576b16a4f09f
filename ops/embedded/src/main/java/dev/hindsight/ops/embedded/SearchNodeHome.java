package dev.hindsight.ops.embedded;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Finds the folder whose {@code lib} holds the search node's jars: the system property says it, else it is the folder
 * {@code search-node} beside the application's jar or one level above (so {@code hindsight.jar}, {@code lib/*.jar} and
 * {@code search-node/lib/*.jar} can be unpacked anywhere together), else where a checkout builds it.
 */
final class SearchNodeHome {
    private static final String IN_CHECKOUT = "ops/search-node/target/search-node";

    private SearchNodeHome() {}

    /** The first place that exists; the most likely one where none does. */
    static Path find() {
        String configured = System.getProperty(EmbeddedOpenSearch.HOME_PROPERTY);
        if (configured != null && !configured.isBlank()) {
            return Path.of(configured).toAbsolutePath().normalize();
        }
        return beside(firstJar());
    }

    static Path beside(Path applicationJar) {
        Path folder = applicationJar.toAbsolutePath().normalize();
        List<Path> above = Stream.iterate(folder.getParent(), Objects::nonNull, Path::getParent)
                .limit(4)
                .toList();
        return Stream.concat(
                        above.stream().limit(2).map(place -> place.resolve("search-node")),
                        above.stream().map(place -> place.resolve(IN_CHECKOUT)))
                .filter(home -> Files.isDirectory(home.resolve("lib")))
                .findFirst()
                .orElse(
                        above.isEmpty()
                                ? Path.of("search-node")
                                : above.getFirst().resolve("search-node"));
    }

    /** {@code java -jar} makes the application's jar the whole class path; on a longer one it is the first entry. */
    private static Path firstJar() {
        return Path.of(System.getProperty("java.class.path", "").split(File.pathSeparator, 2)[0]);
    }
}
