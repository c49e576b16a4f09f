package dev.hindsight.ops.attachments;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.ops.attachments.AttachmentConfiguration.S3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ContentStoreTest extends ContentStoreContract {

    private static S3Server server;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, InterruptedException {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    ContentStore store() {
        return AttachmentConfiguration.s3(at(server.endpoint()));
    }

    private static S3 at(String endpoint) {
        return new S3(endpoint, "us-east-1", S3Server.BUCKET, UUID.randomUUID() + "/", true, "test", "test");
    }

    @Test
    void a_store_that_does_not_answer_is_no_missing_content() throws IOException {
        ContentStore silent = AttachmentConfiguration.s3(at("http://127.0.0.1:1"));
        Path file = Files.write(folder.resolve("sealed"), new byte[] {1});
        assertThatThrownBy(() -> silent.put("ab".repeat(32), file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> silent.open("ab".repeat(32), 1))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoSuchFileException.class);
    }
}
