package dev.hindsight.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every query of every dashboard and alert asks for metrics and labels that a running application has. */
class DashboardsTest {

    /** What Prometheus itself adds to every series, and the one series that it makes. */
    private static final Set<String> SCRAPERS_LABELS = Set.of("job", "instance");

    private static final String UP = "up";

    private final RunningApplication app = RunningApplication.shared();

    @Test
    void everyMetricAndLabelExists() {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Answer opened = agent.post(
                "/api/v1/tickets", "{\"subject\":\"Look at me\",\"requester\":{\"email\":\"kim@example.org\"}}");
        assertThat(opened.status()).isEqualTo(201);
        assertThat(agent.get("/api/v1/search?q=look").status()).isEqualTo(200);
        Map<String, Set<String>> there =
                Scrape.of(agent.get("/actuator/prometheus").raw().body()).labels();
        // Collections are counted once there was one.
        there.computeIfAbsent("jvm_gc_pause_seconds_sum", name -> Set.of("action", "cause", "gc"));

        Map<String, Set<String>> missing = new TreeMap<>();
        Queries.all()
                .forEach((where, query) -> Queries.named(query).forEach((metric, labels) -> {
                    Set<String> wanted = new TreeSet<>(labels);
                    wanted.removeAll(SCRAPERS_LABELS);
                    wanted.removeAll(there.getOrDefault(metric, Set.of()));
                    if (!metric.equals(UP) && (!there.containsKey(metric) || !wanted.isEmpty())) {
                        missing.put(where + ": " + metric, wanted);
                    }
                }));
        assertThat(missing).as("queries for what does not exist").isEmpty();
        assertThat(Queries.all()).hasSizeGreaterThan(60);
    }

    @Test
    void queriesAreReadAsPrometheusReadsThem() {
        assertThat(Queries.named(
                        "(sum(rate(a_count{status=~\"5..\"}[1m])) or vector(0)) / sum by (le, x) (b{y!=\"{\"}) > 0.5"))
                .isEqualTo(Map.of("a_count", Set.of("le", "status", "x"), "b", Set.of("le", "x", "y")));
        assertThat(Queries.named("min by (i) (c_bytes / d_bytes) < 1e3"))
                .isEqualTo(Map.of("c_bytes", Set.of("i"), "d_bytes", Set.of("i")));
    }

    @Test
    void everyAlertIsExplainedToOperators() throws IOException {
        String guide =
                Files.readString(Queries.MONITORING.resolveSibling("docs").resolve("watch.md"));
        Queries.alerts().forEach((name, alert) -> {
            assertThat(guide).contains("### " + name + "\n");
            assertThat(String.valueOf(alert.get("annotations")))
                    .contains("runbook=ops/docs/watch.md#" + name.toLowerCase(Locale.ROOT));
        });
        assertThat(guide.lines().filter(line -> line.startsWith("### ")).count())
                .as("headings without an alert")
                .isEqualTo(Queries.alerts().size());
    }
}
