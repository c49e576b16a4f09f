package dev.hindsight.ops.edge;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.MultipartConfigElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;

class UploadsTest {

    @Test
    void whatAKilledServerLeftGoesAndNothingElse(@TempDir Path data) throws IOException {
        Path left = Files.createDirectories(data.resolve("uploads")).resolve("upload_1.tmp");
        Files.writeString(left, "half of a log");
        Path foreign = Files.writeString(data.resolve("upload_2.tmp"), "not ours");

        MultipartConfigElement uploads = new EdgeConfiguration().uploads(new MultipartProperties(), data);
        assertThat(left).doesNotExist();
        assertThat(foreign).exists();
        assertThat(Path.of(uploads.getLocation()))
                .isEqualTo(data.resolve("uploads"))
                .isEmptyDirectory();
    }
}
