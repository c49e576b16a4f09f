package dev.hindsight.ops.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JVM that a test may kill. */
final class Child {
    private Child() {}

    static Process start(Class<?> main, String server, @Nullable Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-D" + EmbeddedOpenSearch.HOME_PROPERTY + "=" + System.getProperty(EmbeddedOpenSearch.HOME_PROPERTY),
                "-cp",
                System.getProperty("java.class.path")
                        + File.pathSeparator
                        + System.getProperty("surefire.test.class.path", ""),
                main.getName(),
                server));
        if (folder != null) {
            command.add(folder.toString());
        }
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Its next line of output; fails when it ends before it says anything. */
    static String awaitLine(Process child) throws IOException {
        String line = child.inputReader().readLine();
        if (line == null) {
            throw new IllegalStateException("The child JVM ended without a word");
        }
        return line;
    }
}
