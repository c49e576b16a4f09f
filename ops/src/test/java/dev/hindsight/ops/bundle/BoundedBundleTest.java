package dev.hindsight.ops.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many events, keys and streams a bundle has does not count for the heap of who writes and who verifies it. */
class BoundedBundleTest {

    private static final int TICKETS = 150_000;

    @TempDir
    Path folder;

    @Test
    void keysAndStreamsThatDoNotFitInTheHeap() throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m", // held, they would take more than 40
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeBundle.class.getName(),
                        folder.resolve("large.zip").toString(),
                        String.valueOf(TICKETS))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(output))
                .contains("Complete: every event of positions 1 to " + TICKETS)
                .contains("The personal content shown of " + TICKETS + " events is what was stored.")
                .endsWith("GOOD\n");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("output", "large.zip"); // no temporary file
        }
    }

    @Test
    void aTableOnDiskIsAMap() throws IOException {
        Random random = new Random(42);
        Map<String, byte[]> map = new HashMap<>();
        try (SpilledTable table = new SpilledTable(folder, 16, 8)) {
            for (int i = 0; i < 20_000; i++) {
                String key = "%016d".formatted(random.nextInt(7_000));
                byte[] value = new byte[8];
                random.nextBytes(value);
                assertThat(table.put(bytes(key), value)).isEqualTo(map.put(key, value) == null);
            }
            assertThat(table.size()).isEqualTo(map.size());
            for (int i = 0; i < 7_000; i++) {
                String key = "%016d".formatted(i);
                assertThat(table.get(bytes(key))).isEqualTo(map.get(key));
            }
            table.forEach((key, value) -> assertThat(map.remove(new String(key, StandardCharsets.US_ASCII)))
                    .isEqualTo(value));
            assertThat(map).isEmpty();
        }
    }

    /** Both halves of each key would cancel each other out where they are only mixed by a known rule. */
    @Test
    @Timeout(20)
    void keysChosenToMeetDoNot() throws IOException {
        try (SpilledTable table = new SpilledTable(folder, 16, 8)) {
            for (long i = 0; i < 200_000; i++) {
                byte[] key = ByteBuffer.allocate(16)
                        .putLong(i)
                        .putLong(Long.rotateLeft(i, 32))
                        .array();
                assertThat(table.put(key, new byte[8])).isTrue();
            }
            assertThat(table.size()).isEqualTo(200_000);
        }
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }
}
