package dev.hindsight.ops.attachments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.ops.attachments.ContentStore.ChangedContentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DiskContentStoreTest extends ContentStoreContract {

    @Override
    ContentStore store() throws IOException {
        return new DiskContentStore(Files.createDirectories(folder.resolve("contents")));
    }

    @Test
    void a_changed_byte_is_told_before_the_first_is_given() throws IOException {
        ContentStore store = store();
        byte[] bytes = {1, 2, 3};
        String address = HexFormat.of().formatHex(Vault.sha256().digest(bytes));
        store.put(address, Files.write(folder.resolve("sealed"), bytes));
        Path kept = folder.resolve("contents")
                .resolve(address.substring(0, 2))
                .resolve(address.substring(2, 4))
                .resolve(address);
        assertThat(kept).hasBinaryContent(bytes);
        Files.write(kept, new byte[] {1, 2, 4});
        assertThatThrownBy(() -> store.open(address, 3)).isInstanceOf(ChangedContentException.class);
    }
}
