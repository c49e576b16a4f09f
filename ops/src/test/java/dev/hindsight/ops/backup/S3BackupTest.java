package dev.hindsight.ops.backup;

import dev.hindsight.ops.attachments.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

class S3BackupTest extends BackupContract {

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
    BackupStore place(Path folder, String name) {
        return BackupStores.open(
                "s3://" + S3Server.BUCKET + "/" + name,
                new MockEnvironment()
                        .withProperty("hindsight.backup.s3.endpoint", server.endpoint())
                        .withProperty("hindsight.backup.s3.region", "us-east-1")
                        .withProperty("hindsight.backup.s3.path-style", "true")
                        .withProperty("hindsight.backup.s3.access-key", "test")
                        .withProperty("hindsight.backup.s3.secret-key", "test"));
    }
}
