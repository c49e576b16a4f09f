package dev.hindsight.ops.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --data DIR}: where an embedded installation lives. */
final class DataOption {

    @Option(names = "--data", description = "Folder of the installation (default: data/ beside the program)")
    private @Nullable Path data;

    Path directory() {
        if (data != null) {
            return data.toAbsolutePath().normalize();
        }
        return Path.of(System.getProperty("hindsight.home", "."))
                .resolve("data")
                .toAbsolutePath()
                .normalize();
    }

    /** What to add to another command so that it means the same folder. */
    String asTyped() {
        return data == null ? "" : " --data " + data;
    }
}
