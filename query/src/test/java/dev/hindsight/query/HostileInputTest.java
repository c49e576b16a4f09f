package dev.hindsight.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.query.tickets.TicketListRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.web.util.UriUtils;

/** What comes in by mistake or with bad intent is refused by name or finds nothing; it never breaks anything. */
class HostileInputTest {

    private static final Caller AGENT = Web.caller(UUID.fromString("00000000-0000-7000-8000-00000000000a"), Role.AGENT);
    private static final List<String> STRINGS = List.of(
            "'; drop table readmodel.ticket_g1; --",
            "' or '1'='1",
            "\") or true --",
            "1; select pg_sleep(10)",
            "NEW') union select null --",
            "{0}",
            "?",
            ":x",
            "\\",
            "%",
            "$$",
            "${jndi:ldap://x}",
            "\u0000",
            "a\u0000b",
            "\ud800",
            "💥",
            "",
            " ",
            ",",
            "none,",
            "-",
            "--createdAt",
            "-1",
            "0",
            "201",
            "99999999999999999999",
            "1e3",
            "NaN",
            "null",
            "+1000000000-12-31T23:59:59Z",
            "2026-02-30",
            "0000-00-00",
            "x".repeat(5_000));

    private static ReadModelRows rows;
    private static Web web;
    private static UUID ticket;

    @BeforeAll
    static void start() {
        rows = new ReadModelRows();
        web = new Web(rows);
        ticket = rows.ticket(row -> row.setQueue("q"));
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    static List<String> parameters() {
        return Arrays.stream(TicketListRequest.class.getRecordComponents())
                .map(component -> component.getName())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void the_list_stands_every_string_in_every_parameter(String parameter) {
        for (String string : STRINGS) {
            var answer = web.get(AGENT, "/tickets", parameter, string);

            assertThat(answer.status())
                    .as("%s=%s", parameter, string)
                    .isIn(
                            switch (parameter) {
                                case "minPosition", "atPosition" -> List.of(200, 400, 503);
                                case "generation" -> List.of(400, 404);
                                default -> List.of(200, 400);
                            });
            if (answer.status() == 400) {
                assertThat(answer.code()).isEqualTo(parameter.equals("cursor") ? "INVALID_CURSOR" : "INVALID_REQUEST");
            } else if (answer.status() == 200
                    && !List.of(
                                    "limit",
                                    "minPosition",
                                    "createdBefore",
                                    "updatedBefore",
                                    "createdAfter",
                                    "updatedAfter")
                            .contains(parameter)) {
                assertThat(answer.body().path("items")).isEmpty();
            }
        }
        assertThat(web.get(AGENT, "/tickets").body().path("total").asInt()).isEqualTo(1);
    }

    /** The ticket of these rows has no events in the log, so no moment finds it. */
    @Test
    void the_past_stands_every_string_in_every_parameter() {
        for (String string : STRINGS) {
            for (String parameter : List.of("asOf", "asKnownAt", "version", "atPosition")) {
                for (String read : List.of("", "/conversation", "/timeline", "/links")) {
                    assertThat(web.get(AGENT, "/tickets/" + ticket + read, parameter, string)
                                    .status())
                            .as("%s=%s", parameter, string)
                            .isIn(400, 404, 503);
                }
            }
            for (String parameter : List.of("from", "to")) {
                assertThat(web.get(AGENT, "/tickets/" + ticket + "/changes", parameter, string)
                                .status())
                        .as("%s=%s", parameter, string)
                        .isIn(400, 404);
            }
        }
    }

    @Test
    void a_ticket_is_not_found_under_any_string() {
        for (String string : STRINGS) {
            if (!string.isBlank()) {
                for (String read : List.of("", "/conversation", "/timeline", "/links")) {
                    String path = "/tickets/" + UriUtils.encode(string, StandardCharsets.UTF_8) + read;
                    assertThat(web.get(AGENT, path).status()).as(path).isIn(400, 404);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/tickets, statuss, NEW", "/tickets, Status, NEW", "/tickets, version, 3",
        "/tickets/{id}, versions, 1", "/tickets/{id}/links, limit, 1", "/tickets/{id}/conversation, sort, at",
        "/queues, limit, 3", "/people/me, fields, all"
    })
    void a_parameter_that_a_read_does_not_have_is_refused(String path, String parameter, String value) {
        var answer = web.get(AGENT, path.replace("{id}", ticket.toString()), parameter, value);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("INVALID_REQUEST");
        assertThat(answer.body().toString()).contains(parameter);
    }

    @Test
    void a_cursor_serves_only_its_caller_filters_and_sort() {
        rows.ticket(row -> {});
        rows.ticket(row -> {});
        String cursor = web.get(AGENT, "/tickets", "limit", "1", "status", "NEW,OPEN")
                .body()
                .path("nextCursor")
                .asString();
        Caller another = Web.caller(UUID.fromString("00000000-0000-7000-8000-00000000000b"), Role.AGENT);

        assertThat(web.get(AGENT, "/tickets", "cursor", cursor, "status", "OPEN,NEW")
                        .status())
                .isEqualTo(200);
        assertThat(web.get(AGENT, "/tickets", "cursor", cursor, "status", "NEW").code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(web.get(AGENT, "/tickets", "cursor", cursor, "status", "NEW,OPEN", "sort", "number")
                        .code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(web.get(another, "/tickets", "cursor", cursor, "status", "NEW,OPEN")
                        .code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(web.get(AGENT, "/tickets", "cursor", cursor + "A", "status", "NEW,OPEN")
                        .code())
                .isEqualTo("INVALID_CURSOR");
    }
}
