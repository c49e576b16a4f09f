package dev.hindsight.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.projections.readmodel.ReadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is scraped over HTTP, after commands and searches that really ran. */
class MetricsTest {

    private static final String TICKETS = "/api/v1/tickets";
    private static final String METRICS = "/actuator/prometheus";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person requester = app.as(Role.REQUESTER, "lee@example.org");

    private Scrape scrape() {
        Answer answer = app.withToken("").get(METRICS); // development mode listens on the loopback address alone
        assertThat(answer.status()).isEqualTo(200);
        return Scrape.of(answer.raw().body());
    }

    private static void grewBy(double by, Scrape before, Scrape after, String name, String... labels) {
        assertThat(after.sum(name, labels) - before.sum(name, labels))
                .as("%s%s", name, List.of(labels))
                .isEqualTo(by);
    }

    @Test
    void commandsAreCountedByTypeAndOutcome() {
        Scrape before = scrape();
        Answer urgent =
                requester.post(TICKETS, "{\"subject\":\"No phone works\",\"impact\":\"HIGH\",\"urgency\":\"HIGH\"}");
        assertThat(urgent.status()).isEqualTo(201);
        String ticket = TICKETS + "/" + urgent.id();
        Answer plain = requester.post(TICKETS, "{\"subject\":\"A new mouse, please\"}");
        assertThat(plain.status()).isEqualTo(201);
        String resolved = "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}";
        assertThat(agent.put(ticket + "/status", resolved, "If-Match", "\"99\"").status())
                .isEqualTo(412);
        assertThat(agent.put(ticket + "/status", resolved, "If-Match", "*").status())
                .isEqualTo(200);
        assertThat(agent.put(ticket + "/status", "{\"status\":\"CLOSED\"}", "If-Match", "*")
                        .status())
                .isEqualTo(200);
        assertThat(agent.post(ticket + "/replies", "{\"body\":\"too late\"}").status())
                .isEqualTo(409);
        Scrape after = scrape();

        grewBy(2, before, after, "hindsight_command_seconds_count", "command", "OpenTicket", "outcome", "ok");
        grewBy(2, before, after, "hindsight_command_seconds_count", "command", "ChangeStatus", "outcome", "ok");
        grewBy(
                1,
                before,
                after,
                "hindsight_command_seconds_count",
                "outcome",
                "conflict",
                "code",
                "PRECONDITION_FAILED");
        grewBy(1, before, after, "hindsight_command_seconds_count", "outcome", "refused", "code", "ALREADY_CLOSED");
        grewBy(0, before, after, "hindsight_command_seconds_count", "outcome", "error");
        assertThat(after.sum("hindsight_command_seconds_bucket", "command", "OpenTicket", "le", "+Inf"))
                .isEqualTo(after.sum("hindsight_command_seconds_count", "command", "OpenTicket"));
        assertThat(after.sum("hindsight_command_seconds_sum", "command", "OpenTicket"))
                .isGreaterThan(before.sum("hindsight_command_seconds_sum", "command", "OpenTicket"));

        grewBy(1, before, after, "tickets_created_total", "priority", "P1");
        grewBy(2, before, after, "tickets_created_total");
        grewBy(1, before, after, "tickets_resolved_total");
        grewBy(2, before, after, "http_server_requests_seconds_count", "uri", TICKETS, "status", "201");
        grewBy(2, before, after, "http_server_requests_seconds_bucket", "uri", TICKETS, "status", "201", "le", "+Inf");
    }

    @Test
    void theLogTellsItsHeadAndHowLongAppendsAndPositionsTake() {
        Scrape before = scrape();
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Count me\"}");
        Scrape after = scrape();
        assertThat(after.sum("hindsight_log_head_position")).isGreaterThanOrEqualTo((double) opened.position());
        assertThat(after.sum("hindsight_log_append_seconds_count"))
                .isGreaterThan(before.sum("hindsight_log_append_seconds_count"));
        assertThat(after.sum("hindsight_log_append_seconds_bucket", "le", "+Inf"))
                .isEqualTo(after.sum("hindsight_log_append_seconds_count"));
        assertThat(after.sum("hindsight_log_position_wait_seconds_count"))
                .isGreaterThan(before.sum("hindsight_log_position_wait_seconds_count"));
        assertThat(after.sum("hindsight_log_appended_events_total"))
                .isGreaterThan(before.sum("hindsight_log_appended_events_total"));
        assertThat(after.sum("hindsight_log_sequencing_seconds_count")).isPositive();
        assertThat(after.sum("hindsight_log_leader")).isEqualTo(1);
        assertThat(after.holds("hindsight_log_unsequenced_events")).isTrue();
        assertThat(after.holds("hindsight_log_unsequenced_age_seconds")).isTrue();
    }

    @Test
    void everyReadModelTellsItsPositionLagAndWhatIsParked() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Follow me\"}");
        agent.get(TICKETS + "/" + opened.id() + "?minPosition=" + opened.position());
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(javax.sql.DataSource.class));
        String stream = "ticket-" + UUID.randomUUID();
        jdbc.update(
                "INSERT INTO readmodel.parked (model, generation, stream, first_position, cause)"
                        + " SELECT model, generation, ?, 1, 'by a test' FROM readmodel.active_generation WHERE model = 'tickets'",
                stream);
        try {
            await(() -> {
                Scrape now = scrape();
                return now.sum("hindsight_projection_position", "model", "tickets") >= opened.position()
                        && now.sum("hindsight_projection_position", "model", "ticket-search") >= opened.position()
                        && now.sum("hindsight_projection_live_lag_events") == 0
                        && now.sum("hindsight_projection_live_lag_seconds") == 0
                        && now.sum("hindsight_projection_parked", "model", "tickets") == 1
                        && now.sum("hindsight_projection_parked", "model", "directory") == 0
                        && now.sum("hindsight_projection_running") == ReadModel.values().length;
            });
        } finally {
            jdbc.update("DELETE FROM readmodel.parked WHERE stream = ?", stream);
        }
    }

    @Test
    void openTicketsPeopleConnectionsSearchesPoolsAndTheMachineHaveValues() {
        Answer opened = requester.post(TICKETS, "{\"subject\":\"Still new\"}");
        assertThat(opened.status()).isEqualTo(201);
        await(() -> agent.get("/api/v1/search?q=new").status() == 200); // the index is made at the start
        Scrape before = scrape();
        assertThat(agent.get("/api/v1/search?q=new").status()).isEqualTo(200);
        Scrape after = scrape();
        assertThat(after.sum("hindsight_search_request_seconds_count", "operation", "msearch", "outcome", "ok"))
                .isGreaterThan(
                        before.sum("hindsight_search_request_seconds_count", "operation", "msearch", "outcome", "ok"));
        grewBy(0, before, after, "hindsight_search_request_seconds_count", "outcome", "failed");
        assertThat(after.sum("active_users")).isGreaterThanOrEqualTo(2);
        assertThat(after.sum("database_connections_active")).isBetween(0.0, 24.0);
        assertThat(after.sum("hikaricp_connections_max", "pool", "hindsight")).isEqualTo(24);
        assertThat(after.sum("hikaricp_connections_max", "pool", "keys")).isEqualTo(3);
        assertThat(after.sum("jvm_memory_used_bytes", "area", "heap")).isPositive();
        assertThat(after.sum("disk_free_bytes")).isPositive();
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(javax.sql.DataSource.class));
        Integer generation = jdbc.queryForObject(
                "SELECT generation FROM readmodel.active_generation WHERE model = 'tickets'", Integer.class);
        String count = "SELECT count(*) FROM readmodel.ticket_g" + generation + " WHERE status ";
        await(
                () -> { // counted every 15 s; other tests open tickets meanwhile
                    Long open = jdbc.queryForObject(count + "IN ('NEW', 'OPEN')", Long.class);
                    Long pending = jdbc.queryForObject(count + "= 'PENDING'", Long.class);
                    Scrape now = scrape();
                    return open != null
                            && open > 0
                            && pending != null
                            && now.sum("tickets_open") == open
                            && now.sum("hindsight_tickets", "status", "PENDING") == pending;
                });
    }

    @Test
    void metricsAreForOperatorsAndScrapersOnly() {
        RunningApplication closed = Watched.here().app();
        assertThat(closed.withToken("").get(METRICS).status()).isEqualTo(401);
        assertThat(closed.withToken(Watched.SCRAPE_TOKEN + "x").get(METRICS).status())
                .isEqualTo(401);
        assertThat(closed.as(Role.AGENT, "ana@example.org").get(METRICS).status())
                .isEqualTo(403);
        assertThat(closed.as(Role.OPERATOR, "olga@example.org").get(METRICS).status())
                .isEqualTo(200);
        Person scraper = closed.withToken(Watched.SCRAPE_TOKEN);
        Answer scraped = scraper.get(METRICS);
        assertThat(scraped.status()).isEqualTo(200);
        assertThat(scraped.raw().body()).contains("tickets_created_total{priority=\"P5\"} ");
        for (String path : List.of("/ops/v1/projections", TICKETS, "/actuator/info", METRICS + "/")) {
            assertThat(scraper.get(path).status()).as(path).isEqualTo(401);
        }
    }

    static void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("in time").isBefore(deadline);
            LockSupport.parkNanos(500_000_000);
        }
    }
}
