package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code openapi.yaml} and what runs are the same. */
class ContractTest {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private final RunningApplication app = RunningApplication.shared();
    private final JsonNode contract = YAMLMapper.builder()
            .build()
            .readTree(read(Path.of(System.getProperty("hindsight.root"), "ops/docs/openapi.yaml")));

    @Test
    void everyCallOfTheContractRunsAndNoOtherDoes() {
        Set<String> written = new TreeSet<>();
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().propertyNames().forEach(method -> {
                    if (METHODS.contains(method)) {
                        written.add(method.toUpperCase(java.util.Locale.ROOT) + " " + shape(path.getKey()));
                    }
                }));
        Set<String> running = new TreeSet<>();
        app.context()
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues().stream()
                        .filter(path -> path.startsWith("/api/") || path.startsWith("/ops/"))
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> running.add(method + " " + shape(path)))));
        assertThat(running).isEqualTo(written);
    }

    @Test
    void whatIsServedIsTheContract() {
        JsonNode served = app.withToken("").get("/v3/api-docs").body();
        assertThat(new TreeSet<>(served.path("paths").propertyNames()))
                .isEqualTo(new TreeSet<>(contract.path("paths").propertyNames()));
        assertThat(new TreeSet<>(served.path("components").path("schemas").propertyNames()))
                .isEqualTo(new TreeSet<>(
                        contract.path("components").path("schemas").propertyNames()));
    }

    @Test
    void answersHaveExactlyTheMembersOfTheirSchemas() {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Answer opened = agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"contract\",\"description\":\"d\",\"requester\":{\"email\":\"contract@example.org\"}}");
        assertMembers(opened.body(), "WriteAnswer");
        String ticket = "/api/v1/tickets/" + opened.id();
        String after = "?minPosition=" + opened.position();
        assertMembers(agent.get(ticket + after).body(), "TicketSummary", "Ticket");
        JsonNode list = agent.get("/api/v1/tickets" + after).body();
        assertMembers(list, "TicketPage");
        assertMembers(list.path("items").path(0), "TicketSummary");
        JsonNode conversation = agent.get(ticket + "/conversation" + after).body();
        assertMembers(conversation, "MessagePage");
        assertMembers(conversation.path("items").path(0), "Message");
        Answer uploaded =
                MultipartFiles.upload(agent, ticket, MultipartFiles.parts(MultipartFiles.part("a", "text/plain", "x")));
        assertMembers(uploaded.body(), "UploadAnswer");
        assertMembers(uploaded.body().path("attachments").path(0), "UploadedFile");
        JsonNode attachments = agent.get(ticket + "/attachments?minPosition=" + uploaded.position())
                .body();
        assertMembers(attachments, "AttachmentList");
        assertMembers(attachments.path("items").path(0), "Attachment");
        JsonNode timeline = agent.get(ticket + "/timeline" + after).body();
        assertMembers(timeline, "TimelinePage");
        assertMembers(timeline.path("items").path(0), "TimelineEntry");
        JsonNode changes = agent.get(ticket + "/changes" + after).body();
        assertMembers(changes, "TicketChanges");
        assertMembers(changes.path("to"), "TicketState");
        assertMembers(changes.at("/events/0"), "TimelineEntry", "CausedEntry");
        assertMembers(changes.at("/events/0/cause"), "Cause");
        Person audrey = app.as(Role.AUDITOR, "audrey@example.org");
        JsonNode events =
                audrey.get("/api/v1/audit/tickets/" + opened.id() + "/events").body();
        assertMembers(events, "AuditedEventPage");
        assertMembers(events.at("/items/0"), "AuditedEvent");
        assertMembers(
                JsonMapper.shared()
                        .readTree(audrey.get("/api/v1/audit/tickets/" + opened.id() + "/replay")
                                .raw()
                                .body()
                                .lines()
                                .findFirst()
                                .orElseThrow()),
                "TimelineEntry",
                "ReplayedEvent");
        assertMembers(agent.get("/api/v1/people/me").body(), "Person");
        assertMembers(agent.get(ticket + "/replies").body(), "Problem");
        assertMembers(
                app.as(Role.OPERATOR, "op")
                        .get("/ops/v1/projections")
                        .body()
                        .path("items")
                        .path(0),
                "Projection");
        JsonNode job = app.as(Role.OPERATOR, "op")
                .post("/ops/v1/projections/directory/verifications", null)
                .body();
        assertMembers(job, "Job");
        Journey.eventually(Duration.ofSeconds(60), () -> {
            JsonNode now = app.as(Role.OPERATOR, "op")
                    .get("/ops/v1/jobs/" + job.path("id").asString())
                    .body();
            if (!now.path("report").isNull()) {
                assertMembers(now.path("report"), "VerificationReport");
            }
            return !now.path("endedAt").isNull();
        });
        assertMembers(
                app.as(Role.OPERATOR, "op")
                        .post("/ops/v1/projections/tickets/repairs", "{\"ticketId\":\"" + opened.id() + "\"}")
                        .body(),
                "RepairReport");
        assertMembers(app.as(Role.OPERATOR, "op").get("/ops/v1/dead-letters").body(), "DeadLetterPage");
        agent.put(ticket + "/tags/contract", null, "X-Correlation-Id", opened.id());
        JsonNode reversion = app.as(Role.OPERATOR, "op")
                .post("/ops/v1/reversions", "{\"correlationId\":\"" + opened.id() + "\"}")
                .body();
        assertMembers(reversion, "Job");
        assertMembers(reversion.path("reversion"), "ReversionDetails");
        assertMembers(reversion.at("/reversion/criteria"), "ReversionCriteria");
        String reversionPath = "/ops/v1/reversions/" + reversion.path("id").asString();
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> !app.as(Role.OPERATOR, "op")
                        .get(reversionPath)
                        .body()
                        .path("endedAt")
                        .isNull());
        JsonNode reverted =
                app.as(Role.OPERATOR, "op").get(reversionPath + "/tickets").body();
        assertMembers(reverted, "ReversionTicketPage");
        assertMembers(reverted.path("items").path(0), "ReversionTicket");
        JsonNode recovery = app.as(Role.OPERATOR, "op")
                .post("/ops/v1/recoveries", "{\"position\":1,\"name\":\"contract\"}")
                .body();
        assertMembers(recovery, "Recovery");
        assertMembers(recovery.path("job"), "Job");
        assertMembers(app.as(Role.OPERATOR, "op").get("/ops/v1/recoveries").body(), "RecoveryList");
        app.as(Role.OPERATOR, "op").call("DELETE", "/ops/v1/recoveries/contract", null);
        JsonNode back = agent.post(ticket + "/revert", "{\"toVersion\":1,\"reason\":\"contract\"}", "If-Match", "*")
                .body();
        assertMembers(back, "RevertAnswer");
        assertMembers(back.path("notUndone").path(0), "NotUndone");
        Person auditor = app.as(Role.AUDITOR, "audrey@example.org");
        assertMembers(auditor.post("/api/v1/audit/checkpoints", null).body(), "CheckpointView");
        assertMembers(auditor.get("/api/v1/audit/checkpoints").body(), "CheckpointPage");
        JsonNode keys = auditor.get("/api/v1/audit/keys").body();
        assertMembers(keys, "KeyList");
        assertMembers(keys.path("items").path(0), "LedgerKey");
        assertMembers(auditor.get("/api/v1/audit/proofs/inclusion?position=1").body(), "InclusionProof");
        assertMembers(auditor.get("/api/v1/audit/proofs/consistency?from=1").body(), "ConsistencyProof");
        Person admin = app.as(Role.ADMIN, "adele@example.org");
        String person = agent.get(ticket + after).body().at("/requester/id").asString();
        String hold = "/api/v1/people/" + person + "/legal-hold";
        assertMembers(admin.put(hold, "{\"reason\":\"contract\"}").body(), "ConfigurationAnswer");
        assertMembers(admin.get("/api/v1/approvals").body(), "ApprovalList");
        JsonNode dry =
                admin.post("/api/v1/retention-rules/run", "{\"dryRun\":true}").body();
        assertMembers(dry, "RetentionRun");
        assertMembers(admin.get("/api/v1/retention-rules").body(), "RetentionRuleList");
        JsonNode erasure = admin.post("/api/v1/people/" + person + "/erasure", "{\"reason\":\"contract\"}")
                .body();
        assertMembers(erasure, "Erasure");
        assertMembers(erasure.at("/waitsFor/0"), "Obstacle");
        assertMembers(app.withToken("").get("/api/version").body(), "VersionInfo");
    }

    /** All required members are there, and none that the schemas do not name. */
    private void assertMembers(JsonNode answer, String... schemas) {
        Set<String> allowed = new TreeSet<>();
        Set<String> required = new TreeSet<>();
        for (String name : schemas) {
            JsonNode schema = contract.path("components").path("schemas").path(name);
            for (JsonNode part :
                    schema.has("allOf") ? List.copyOf(schema.path("allOf").values()) : List.of(schema)) {
                allowed.addAll(part.path("properties").propertyNames());
                part.path("required").values().forEach(member -> required.add(member.asString()));
            }
        }
        Set<String> members = Set.copyOf(answer.propertyNames());
        assertThat(members).as(schemas[0] + " " + answer).containsAll(required);
        assertThat(allowed).as(schemas[0] + " " + answer).containsAll(members);
    }

    private static String shape(String path) {
        return java.util.Arrays.stream(path.split("/"))
                .map(part -> part.startsWith("{") ? "{}" : part)
                .collect(Collectors.joining("/"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
