package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FolderBackupTest extends BackupContract {

    @Override
    BackupStore place(Path folder, String name) {
        return new FolderStore(folder.resolve(name));
    }

    @Test
    void halfOfAFileIsNone() throws Exception {
        log.append(5);
        backUp();
        Path place = Path.of(store.toString()).resolve("log");
        Files.writeString(place.resolve(".growing-00000000000000000007-00000000000000000009.json"), "{");
        assertThat(verify().wrong()).isEmpty();
        log.append(5);
        backUp();
        assertThat(verify().wrong()).isEmpty();
        assertThat(verify().last()).isEqualTo(11);
    }
}
