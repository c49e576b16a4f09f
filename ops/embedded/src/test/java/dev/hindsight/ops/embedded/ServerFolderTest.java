package dev.hindsight.ops.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of the locks tells what other processes see. */
class ServerFolderTest {

    @Test
    void aFolderStaysHeldWhileAnotherIsMade() throws IOException {
        try (ServerFolder first = ServerFolder.temporary("folder-test", abandoned -> {})) {
            assertThat(isLocked(first.path())).isTrue();
            try (ServerFolder second = ServerFolder.temporary("folder-test", abandoned -> {})) {
                assertThat(isLocked(first.path())).isTrue();
                assertThat(isLocked(second.path())).isTrue();
            }
            assertThat(isLocked(first.path())).isTrue();
        }
    }

    @Test
    void aSecondHolderIsRefusedAndDisturbsNothing(@TempDir Path folder) throws IOException {
        Path mine = folder.resolve("mine");
        try (ServerFolder held = ServerFolder.open(mine)) {
            assertThatThrownBy(() -> ServerFolder.open(mine))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
            assertThat(isLocked(held.path())).isTrue();
        }
        assertThat(isLocked(mine)).isFalse();
        ServerFolder.open(mine).close();
    }

    private static boolean isLocked(Path folder) throws IOException {
        Object inode = Files.getAttribute(folder.resolve("lock"), "unix:ino");
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .anyMatch(line -> line.contains(" POSIX ") && line.contains(":" + inode + " "));
    }
}
