package dev.hindsight.ops.attachments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application on an S3 store, by configuration alone. */
class AttachmentsOnS3Test {

    @Test
    void aFileGoesToTheBucketAndComesBackUntilTheStoreIsGone(@TempDir Path data, @TempDir Path bucket)
            throws Exception {
        try (S3Server s3 = S3Server.start(bucket);
                RunningApplication app = RunningApplication.in(
                        data,
                        Map.of(
                                "hindsight.attachments.store", "s3",
                                "hindsight.attachments.s3.endpoint", s3.endpoint(),
                                "hindsight.attachments.s3.bucket", S3Server.BUCKET,
                                "hindsight.attachments.s3.access-key", "test",
                                "hindsight.attachments.s3.secret-key", "test"))) {
            Person agent = app.as(Role.AGENT, "ana@example.org");
            Answer opened = agent.post(
                    "/api/v1/tickets", "{\"subject\":\"Jam\",\"requester\":{\"email\":\"lee@example.org\"}}");
            String attachments = "/api/v1/tickets/" + opened.id() + "/attachments";
            Answer uploaded = upload(agent, attachments);
            assertThat(uploaded.status()).as(uploaded.raw().body()).isEqualTo(201);
            String file = attachments + "/"
                    + uploaded.body().path("attachments").path(0).path("id").asString() + "?minPosition="
                    + uploaded.position();
            assertThat(agent.get(file).raw().body()).isEqualTo("kept elsewhere");
            assertThat(data.resolve("attachments/incoming")).isEmptyDirectory();
            try (var here = Files.list(data.resolve("attachments"))) {
                assertThat(here).hasSize(1); // incoming alone
            }
            s3.kill();
            assertThat(agent.get(file).code()).isEqualTo("ATTACHMENTS_UNAVAILABLE");
            assertThat(upload(agent, attachments).status()).isEqualTo(503);
            assertThat(agent.get(attachments).body().path("items").size()).isEqualTo(1);
        }
    }

    private static Answer upload(Person by, String attachments) {
        return by.post(
                attachments,
                "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nkept elsewhere\r\n--B--\r\n",
                "Content-Type",
                "multipart/form-data; boundary=B");
    }
}
