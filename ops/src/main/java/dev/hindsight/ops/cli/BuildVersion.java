package dev.hindsight.ops.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Version and commit as the build wrote them down. */
public final class BuildVersion implements IVersionProvider {

    private static final Properties BUILD = load();

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = BuildVersion.class.getResourceAsStream("/hindsight-build.properties")) {
            if (in == null) {
                throw new IllegalStateException("hindsight-build.properties is missing from the build");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    public static String version() {
        return BUILD.getProperty("version");
    }

    /** Full commit id, or {@code unknown} where it was built outside a checkout. */
    public static String commit() {
        return BUILD.getProperty("commit");
    }

    /** How this build signs what it writes: version and short commit. */
    public static String writer() {
        return version() + "+" + commit().substring(0, Math.min(10, commit().length()));
    }

    @Override
    public String[] getVersion() {
        return new String[] {"hindsight " + version() + " (" + commit() + ")"};
    }
}
