package dev.hindsight.command.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.people.People;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The write calls over real HTTP: answers, expectations, rights and bad input. */
class WriteCallsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static @Nullable ConfigurableApplicationContext context;
    private static String base = "";

    private record Who(UUID person, String roles) {}

    private static Who agent = new Who(new UUID(0, 0), "AGENT");
    private static Who supervisor = agent;
    private static Who requester = agent;
    private static Who stranger = agent;
    private static Who admin = agent;

    private record Reply(int status, HttpResponse<String> raw, JsonNode json) {
        String code() {
            return json.path("code").asString();
        }

        String id() {
            return json.path("id").asString();
        }

        long version() {
            return json.path("version").asLong();
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    @BeforeAll
    static void start() {
        var running =
                new SpringApplication(WriteCallsApp.class).run("--server.port=0", "--spring.main.banner-mode=off");
        context = running;
        base = "http://localhost:"
                + Objects.requireNonNull(((WebServerApplicationContext) running).getWebServer())
                        .getPort()
                + "/api/v1";
        var people = running.getBean(People.class);
        agent = new Who(people.personOf("iss", "ana", null, "Ana", true).person(), "AGENT");
        supervisor = new Who(people.personOf("iss", "sue", null, "Sue", true).person(), "SUPERVISOR");
        requester = new Who(
                people.personOf("iss", "rita", "rita@example.org", "Rita", false)
                        .person(),
                "REQUESTER");
        stranger = new Who(people.personOf("iss", "stan", null, "Stan", false).person(), "REQUESTER");
        admin = new Who(people.personOf("iss", "adam", null, "Adam", false).person(), "ADMIN");
        call(admin, "PUT", "/queues/print", "{\"name\":\"Printing\"}");
        call(admin, "PUT", "/categories/paper", "{\"name\":\"Paper\"}");
        call(admin, "PUT", "/fields/floor", "{\"name\":\"Floor\",\"type\":\"NUMBER\"}");
    }

    @AfterAll
    static void stop() {
        Objects.requireNonNull(context).close();
    }

    private static Reply call(Who who, String method, String path, @Nullable String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .header("Person", who.person().toString())
                .header("Roles", who.roles());
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            var raw = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(raw.statusCode(), raw, JSON.readTree(raw.body().isEmpty() ? "{}" : raw.body()));
        } catch (IOException unreachable) {
            throw new IllegalStateException(unreachable);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static Reply open(Who who) {
        return call(who, "POST", "/tickets", "{\"subject\":\"Printer jams\",\"description\":\"On every page.\"}");
    }

    private static String path(Reply ticket, String under) {
        return "/tickets/" + ticket.id() + under;
    }

    @Test
    void a_ticket_is_opened_assigned_answered_and_resolved() {
        Reply opened = open(requester);
        assertThat(opened.status()).isEqualTo(201);
        assertThat(opened.json().path("number").asString()).matches("HD-\\d+");
        assertThat(opened.json().has("position")).isTrue();
        assertThat(opened.header("Location")).isEqualTo("/api/v1/tickets/" + opened.id());
        assertThat(opened.header("ETag")).isEqualTo("\"1\"");

        Reply assigned = call(
                agent,
                "PUT",
                path(opened, "/assignment"),
                "{\"assignee\":\"me\",\"queue\":\"print\"}",
                "If-Match",
                "\"1\"");
        assertThat(assigned.status()).isEqualTo(200);
        assertThat(assigned.version()).isEqualTo(4); // queued, assigned, started

        Reply replied = call(agent, "POST", path(opened, "/replies"), "{\"body\":\"Which page?\"}");
        assertThat(replied.status()).isEqualTo(201);
        assertThat(replied.json().path("messageId").asString()).hasSize(36);

        String number = opened.json().path("number").asString();
        Reply resolved = call(
                agent,
                "PUT",
                "/tickets/" + number + "/status",
                "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\",\"comment\":\"New roller.\"}",
                "If-Match",
                replied.header("ETag"));
        assertThat(resolved.status()).isEqualTo(200);
        assertThat(resolved.id()).isEqualTo(opened.id());
        assertThat(resolved.version()).isEqualTo(7);

        Reply again = call(
                agent,
                "PUT",
                path(opened, "/status"),
                "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}",
                "If-Match",
                "*");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.version()).isEqualTo(7);
    }

    @Test
    void a_late_reply_opens_a_follow_up_with_a_number_of_its_own() {
        Reply ticket = open(requester);
        call(agent, "PUT", path(ticket, "/status"), "{\"status\":\"CANCELLED\",\"reason\":\"Twice\"}", "If-Match", "*");
        Reply late =
                call(requester, "POST", path(ticket, "/replies"), "{\"body\":\"But why?\"}", "Idempotency-Key", "l");
        assertThat(late.status()).isEqualTo(201);
        assertThat(late.json().path("followUpOf").asString()).isEqualTo(ticket.id());
        assertThat(late.header("Location")).isEqualTo("/api/v1/tickets/" + late.id());
        Reply note = call(
                agent, "POST", "/tickets/" + late.json().path("number").asString() + "/notes", "{\"body\":\"Hm.\"}");
        assertThat(note.id()).isEqualTo(late.id());
        Reply repeated =
                call(requester, "POST", path(ticket, "/replies"), "{\"body\":\"But why?\"}", "Idempotency-Key", "l");
        assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(repeated.json()).isEqualTo(late.json());
        assertThat(repeated.header("Location")).isEqualTo(late.header("Location"));
    }

    @Test
    void a_repeated_call_is_answered_before_its_if_match_is_looked_at() {
        Reply ticket = open(agent);
        String body = "{\"queue\":\"print\"}";
        Reply first =
                call(agent, "PUT", path(ticket, "/assignment"), body, "If-Match", "\"1\"", "Idempotency-Key", "a");
        Reply second =
                call(agent, "PUT", path(ticket, "/assignment"), body, "If-Match", "\"1\"", "Idempotency-Key", "a");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        Reply other = call(
                agent,
                "PUT",
                path(ticket, "/assignment"),
                "{\"queue\":null}",
                "If-Match",
                "\"2\"",
                "Idempotency-Key",
                "a");
        assertThat(other.status()).isEqualTo(422);
    }

    @Test
    void what_changes_fields_status_or_assignment_needs_an_if_match() {
        Reply ticket = open(agent);
        for (String[] write : List.of(
                new String[] {"PATCH", "", "{\"subject\":\"Other\"}"},
                new String[] {"PUT", "/assignment", "{\"assignee\":\"me\"}"},
                new String[] {"DELETE", "/assignment", null},
                new String[] {"PUT", "/status", "{\"status\":\"OPEN\"}"})) {
            assertThat(call(agent, write[0], path(ticket, write[1]), write[2]).status())
                    .as(write[0] + write[1])
                    .isEqualTo(428);
            Reply stale = call(agent, write[0], path(ticket, write[1]), write[2], "If-Match", "\"9\"");
            assertThat(stale.status()).isEqualTo(412);
            assertThat(stale.code()).isEqualTo("1");
            Reply malformed = call(agent, write[0], path(ticket, write[1]), write[2], "If-Match", "one");
            assertThat(malformed.status()).isEqualTo(400);
        }
        assertThat(call(supervisor, "PUT", path(ticket, "/priority"), "{\"priority\":\"P1\",\"reason\":\"VIP\"}")
                        .status())
                .isEqualTo(428);
        assertThat(call(supervisor, "DELETE", path(ticket, "/priority"), null).status())
                .isEqualTo(428);
    }

    @Test
    void a_patch_changes_what_is_given_and_null_empties_what_may_be_empty() {
        Reply ticket = open(agent);
        Reply patched = call(
                agent,
                "PATCH",
                path(ticket, ""),
                "{\"category\":\"paper\",\"impact\":1,\"urgency\":\"HIGH\",\"customFields\":{\"floor\":3}}",
                "If-Match",
                "*");
        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.version()).isEqualTo(4);
        Reply emptied = call(
                agent,
                "PATCH",
                path(ticket, ""),
                "{\"category\":null,\"customFields\":{\"floor\":null}}",
                "If-Match",
                "*");
        assertThat(emptied.version()).isEqualTo(6);
        assertThat(call(agent, "PATCH", path(ticket, ""), "{}", "If-Match", "*").version())
                .isEqualTo(6);
        assertThat(call(agent, "PATCH", path(ticket, ""), "{\"subject\":null}", "If-Match", "*")
                        .code())
                .isEqualTo("subject");
    }

    @Test
    void tags_marks_links_and_overrides() {
        Reply ticket = open(agent);
        Reply other = open(agent);
        var statuses = new ArrayList<Integer>();
        String link = "{\"type\":\"RELATES_TO\",\"otherId\":\""
                + other.json().path("number").asString() + "\"}";
        statuses.add(call(agent, "PUT", path(ticket, "/tags/vip"), null).status());
        statuses.add(call(agent, "DELETE", path(ticket, "/tags/vip"), null).status());
        statuses.add(call(agent, "POST", path(ticket, "/spam-mark"), null).status());
        statuses.add(call(agent, "DELETE", path(ticket, "/spam-mark"), null).status());
        statuses.add(call(agent, "POST", path(ticket, "/major-incident"), null).status());
        statuses.add(
                call(agent, "DELETE", path(ticket, "/major-incident"), null).status());
        statuses.add(call(agent, "POST", path(ticket, "/links"), link).status());
        statuses.add(call(agent, "POST", path(ticket, "/links"), link).status());
        statuses.add(call(agent, "DELETE", path(ticket, "/links/RELATES_TO/" + other.id()), null)
                .status());
        statuses.add(call(
                        supervisor,
                        "PUT",
                        path(ticket, "/priority"),
                        "{\"priority\":\"P1\",\"reason\":\"VIP\"}",
                        "If-Match",
                        "*")
                .status());
        Reply last = call(supervisor, "DELETE", path(ticket, "/priority"), null, "If-Match", "*");
        statuses.add(last.status());
        assertThat(statuses).containsExactly(200, 200, 200, 200, 200, 200, 201, 200, 200, 200, 200);
        assertThat(last.version()).isEqualTo(11);
        String nowhere = "{\"type\":\"RELATES_TO\",\"otherId\":\"" + UUID.randomUUID() + "\"}";
        assertThat(call(agent, "POST", path(ticket, "/links"), nowhere).code()).isEqualTo("otherId");
    }

    @Test
    void a_requester_takes_part_in_their_own_tickets_only() {
        Reply own = open(requester);
        assertThat(call(requester, "POST", path(own, "/replies"), "{\"body\":\"More.\"}")
                        .status())
                .isEqualTo(201);
        assertThat(call(requester, "POST", path(own, "/notes"), "{\"body\":\"More.\"}")
                        .status())
                .isEqualTo(403);
        assertThat(call(requester, "PUT", path(own, "/status"), "{\"status\":\"OPEN\"}", "If-Match", "*")
                        .status())
                .isEqualTo(403);
        assertThat(call(stranger, "POST", path(own, "/replies"), "{\"body\":\"Mine?\"}")
                        .status())
                .isEqualTo(404);
        assertThat(call(stranger, "POST", path(own, "/notes"), "{\"body\":\"Mine?\"}")
                        .status())
                .isEqualTo(404);
        assertThat(call(stranger, "DELETE", path(own, "/tags/vip"), null).status())
                .isEqualTo(404);
    }

    @Test
    void a_refusal_does_not_tell_which_tickets_there_are() {
        Reply hidden = open(requester);
        String number = hidden.json().path("number").asString();
        for (String id : List.of(hidden.id(), number, UUID.randomUUID().toString(), "HD-999999")) {
            assertThat(call(stranger, "PUT", "/tickets/" + id + "/status", "{\"status\":\"OPEN\"}")
                            .status())
                    .as("without If-Match: " + id)
                    .isEqualTo(404);
            assertThat(call(stranger, "DELETE", "/tickets/" + id + "/assignment", null)
                            .status())
                    .as("without If-Match: " + id)
                    .isEqualTo(404);
        }
        Reply own = open(stranger);
        for (String other : List.of(hidden.id(), number, "HD-999999", "nonsense")) {
            String link = "{\"type\":\"RELATES_TO\",\"otherId\":\"" + other + "\"}";
            assertThat(call(stranger, "POST", path(own, "/links"), link).status())
                    .as("a link to " + other)
                    .isEqualTo(403);
            assertThat(call(stranger, "DELETE", path(own, "/links/RELATES_TO/" + other), null)
                            .status())
                    .as("no link to " + other)
                    .isEqualTo(403);
        }
    }

    @Test
    void what_is_not_there_is_not_found() {
        for (String id : List.of(UUID.randomUUID().toString(), "HD-999999", "nonsense", "HD-0")) {
            assertThat(call(agent, "PUT", "/tickets/" + id + "/tags/vip", null).status())
                    .as(id)
                    .isEqualTo(404);
            assertThat(call(requester, "POST", "/tickets/" + id + "/replies", "{\"body\":\"?\"}")
                            .status())
                    .as(id)
                    .isEqualTo(404);
        }
    }

    @Test
    void roles_that_write_no_tickets_are_told_so() {
        Reply ticket = open(agent);
        for (String role : List.of("AUDITOR", "OPERATOR", "CLIENT", "ADMIN")) {
            var who = new Who(stranger.person(), role);
            assertThat(open(who).status()).as(role).isEqualTo(403);
            assertThat(call(who, "POST", path(ticket, "/replies"), "{\"body\":\"?\"}")
                            .status())
                    .as(role)
                    .isEqualTo(403);
            assertThat(call(who, "PUT", path(ticket, "/tags/vip"), null).status())
                    .as(role)
                    .isEqualTo(403);
        }
        assertThat(call(
                                agent,
                                "PUT",
                                path(ticket, "/priority"),
                                "{\"priority\":\"P1\",\"reason\":\"VIP\"}",
                                "If-Match",
                                "*")
                        .status())
                .isEqualTo(403);
        for (Who who : List.of(agent, supervisor, requester)) {
            assertThat(call(who, "PUT", "/queues/other", "{\"name\":\"Other\"}").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void agents_open_for_somebody_and_the_same_address_is_the_same_person() {
        Reply first = call(
                agent,
                "POST",
                "/tickets",
                "{\"subject\":\"S\",\"requester\":{\"email\":\"Rita@Example.org\",\"name\":\"Rita\"},\"queue\":\"print\","
                        + "\"tags\":[\"vip\"],\"customFields\":{\"floor\":2.50},\"channel\":\"phone\"}");
        assertThat(first.status()).isEqualTo(201);
        assertThat(call(requester, "POST", path(first, "/replies"), "{\"body\":\"Thanks.\"}")
                        .status())
                .isEqualTo(201);
        Reply byId =
                call(agent, "POST", "/tickets", "{\"subject\":\"S\",\"requesterId\":\"" + stranger.person() + "\"}");
        assertThat(call(stranger, "POST", path(byId, "/replies"), "{\"body\":\"Thanks.\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void bad_input_is_named() {
        String ticket = path(open(agent), "");
        var wrong = List.of(
                List.of("POST", "/tickets", "{}", "subject"),
                List.of("POST", "/tickets", "{\"subject\":\" \"}", "subject"),
                List.of("POST", "/tickets", "{\"subject\":7}", "UNREADABLE"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"colour\":1}", "UNREADABLE"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"subject\":\"T\"}", "UNREADABLE"),
                List.of("POST", "/tickets", "{\"subject\":", "UNREADABLE"),
                List.of("POST", "/tickets", "null", "UNREADABLE"),
                List.of("POST", "/tickets", "{\"subject\":\"S\"} {}", "UNREADABLE"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"type\":\"RIDDLE\"}", "type"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"impact\":4}", "impact"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"queue\":\"nowhere\"}", "queue"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"category\":\"../x\"}", "category"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"customFields\":{\"x\":1}}", "customFields.x"),
                List.of(
                        "POST",
                        "/tickets",
                        "{\"subject\":\"S\",\"customFields\":{\"floor\":\"up\"}}",
                        "customFields.floor"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"requester\":{\"email\":\"no\"}}", "requester.email"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"requesterId\":\"me too\"}", "requesterId"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"channel\":\"IMPORT\"}", "channel"),
                List.of("POST", "/tickets", "{\"subject\":\"S\",\"tags\":[null]}", "tags"),
                List.of("PATCH", ticket, "{\"customFields\":null}", "customFields"),
                List.of("PATCH", ticket, "{\"customFields\":[]}", "customFields"),
                List.of("PATCH", ticket, "{\"customFields\":{\"floor\":\"up\"}}", "customFields.floor"),
                List.of("PUT", ticket + "/assignment", "{}", "assignee"),
                List.of("PUT", ticket + "/assignment", "{\"assignee\":7}", "assignee"),
                List.of("PUT", ticket + "/assignment", "{\"assignee\":\"" + requester.person() + "\"}", "assignee"),
                List.of("PUT", ticket + "/status", "{\"status\":\"RESOLVED\"}", "resolutionCode"),
                List.of("PUT", ticket + "/status", "{\"status\":\"ON_HOLD\",\"reason\":\"LUNCH\"}", "reason"),
                List.of("PUT", ticket + "/status", "{\"status\":\"OPEN\",\"reason\":\"VENDOR\"}", "reason"),
                List.of("POST", ticket + "/replies", "{}", "body"),
                List.of(
                        "POST",
                        ticket + "/replies",
                        "{\"body\":\"B\",\"onBehalfOf\":\"" + new UUID(1, 1) + "\"}",
                        "onBehalfOf"),
                List.of("POST", ticket + "/links", "{\"type\":\"RELATES_TO\",\"otherId\":\"HD-99999\"}", "otherId"));
        for (var call : wrong) {
            Reply reply = call(agent, call.get(0), call.get(1), call.get(2), "If-Match", "*");
            assertThat(reply.status()).as(call + " " + reply.json()).isEqualTo(400);
            assertThat(reply.code()).as(call.toString()).isEqualTo(call.get(3));
        }
        assertThat(call(agent, "POST", "/tickets", "{\"subject\":\"S\"}", "Idempotency-Key", "k".repeat(256))
                        .code())
                .isEqualTo("Idempotency-Key");
        assertThat(call(requester, "POST", "/tickets", "{\"subject\":\"S\",\"queue\":\"print\"}")
                        .code())
                .isEqualTo("queue");
    }

    @Test
    void admins_configure() {
        Reply made = call(admin, "PUT", "/queues/network", "{\"name\":\"Network\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("id").asString()).isEqualTo("network");
        assertThat(made.json().has("number")).isFalse();
        Reply same = call(admin, "PUT", "/queues/network", "{\"name\":\"Network\"}");
        assertThat(same.status()).isEqualTo(200);
        assertThat(same.version()).isEqualTo(1);
        assertThat(call(admin, "PUT", "/queues/Net%20work", "{\"name\":\"Network\"}")
                        .code())
                .isEqualTo("queue");
        assertThat(call(admin, "PUT", "/fields/floor", "{\"name\":\"Floor\",\"type\":\"TEXT\"}")
                        .code())
                .isEqualTo("FIELD_TYPE_FIXED");
        assertThat(call(admin, "PUT", "/categories/a4", "{\"name\":\"A4\",\"parent\":\"paper\"}")
                        .status())
                .isEqualTo(201);
        assertThat(call(admin, "PUT", "/categories/paper", "{\"name\":\"Paper\",\"parent\":\"a4\"}")
                        .code())
                .isEqualTo("parent");
        UUID ben = UUID.randomUUID();
        assertThat(call(admin, "PUT", "/agents/" + ben, "{\"name\":\"Ben\",\"email\":\"ben@example.org\"}")
                        .status())
                .isEqualTo(201);
        assertThat(call(
                                agent,
                                "PUT",
                                path(open(agent), "/assignment"),
                                "{\"assignee\":\"" + ben + "\"}",
                                "If-Match",
                                "*")
                        .status())
                .isEqualTo(200);
        assertThat(call(admin, "PUT", "/organizations/" + UUID.randomUUID(), "{\"name\":\"Acme\"}")
                        .status())
                .isEqualTo(201);
        assertThat(call(agent, "POST", "/tickets", "{\"subject\":\"S\",\"queue\":\"network\"}")
                        .status())
                .isEqualTo(201);
    }
}
