package dev.hindsight.ops.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Of what was imported, as it was and as it was known differ. */
class ImportedPastTest {

    private final RunningApplication app = RunningApplication.shared();
    private final Importing operator = new Importing(app, Role.OPERATOR);
    private final Person auditor = app.as(Role.AUDITOR, "audrey@example.org");

    @Test
    void whatHappenedLongAgoWasKnownFromTheImportOn() throws Exception {
        String source = "past-helpdesk";
        Instant before = Instant.now();
        String csv;
        try (var file = Objects.requireNonNull(ImportedPastTest.class.getResourceAsStream("/imports/helpdesk.csv"))) {
            csv = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        operator.run(
                csv,
                Files.readString(Path.of("mappings", "helpdesk.yaml"))
                        .replaceFirst("(?m)^source: .*$", "source: " + source));
        Instant after = Instant.now();
        String ticket = "/api/v1/tickets/" + operator.ticketOf(source, "0");
        JsonNode timeline = auditor.get(ticket + "/timeline").body().path("items");
        assertThat(timeline.size()).isGreaterThan(2);
        for (JsonNode entry : timeline) {
            String happened = entry.path("occurredAt").asString();
            long version = entry.path("version").asLong();
            JsonNode was = auditor.get(ticket + "?asOf=" + happened).body();
            assertThat(was.path("updatedAt").asString()).isEqualTo(happened);
            assertThat(was.path("version").asLong()).isGreaterThanOrEqualTo(version);
            Answer known = auditor.get(ticket + "?asKnownAt=" + before);
            assertThat(known.status()).isEqualTo(404);
            assertThat(known.body().path("detail").asString()).contains("recorded at");
            assertThat(auditor.get(ticket + "?asOf=" + happened + "&asKnownAt=" + before)
                            .status())
                    .isEqualTo(404);
            assertThat(auditor.get(ticket + "?asOf=" + happened + "&asKnownAt=" + after)
                            .body())
                    .isEqualTo(was);
        }
        assertThat(auditor.get(ticket + "?asKnownAt=" + after).body())
                .isEqualTo(auditor.get(ticket).body());
        JsonNode cause = auditor.get(ticket + "/changes").body().at("/events/0/cause");
        assertThat(cause.at("/imported/source").asString()).isEqualTo(source);
        assertThat(cause.at("/imported/line").asLong()).isEqualTo(2);
    }
}
