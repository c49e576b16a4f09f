package dev.hindsight.ops.codec.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {

    @TempDir
    private Path folder;

    @Test
    void theFirstStartMakesAKeyThatOnlyItsOwnerReadsAndLaterStartsFindIt() throws IOException {
        Path file = folder.resolve("keys/master.key");
        MasterKey made = MasterKey.readOrCreate(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(bytes(MasterKey.readOrCreate(file))).isEqualTo(bytes(made));
        assertThat(bytes(MasterKey.read(file))).isEqualTo(bytes(made));
        try (Stream<Path> left = Files.list(folder.resolve("keys"))) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void twoInstallationsHaveTwoKeys() throws IOException {
        assertThat(bytes(MasterKey.readOrCreate(folder.resolve("a"))))
                .isNotEqualTo(bytes(MasterKey.readOrCreate(folder.resolve("b"))));
    }

    @Test
    void aFileThatOthersMayReadIsRefused() throws IOException {
        Path file = folder.resolve("master.key");
        MasterKey.readOrCreate(file);
        for (String permissions : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            assertThatThrownBy(() -> MasterKey.readOrCreate(file))
                    .as(permissions)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("chmod 600");
        }
    }

    @Test
    void aMissingFileIsNotMadeWhereAKeyMustBeThere() {
        assertThatThrownBy(() -> MasterKey.read(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutBeingShown() {
        for (String text : new String[] {"", "secret!", "c2hvcnQ="}) {
            assertThatThrownBy(() -> MasterKey.ofBase64(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the master key")
                    .message()
                    .doesNotContain("secret");
        }
    }

    private static String bytes(MasterKey key) {
        return Arrays.toString(key.wrappingKey().getEncoded());
    }
}
