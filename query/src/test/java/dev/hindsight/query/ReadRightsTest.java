package dev.hindsight.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who reads what: the table call by role, cell by cell. */
class ReadRightsTest {

    private static final UUID OWNER = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final UUID STRANGER = UUID.fromString("00000000-0000-7000-8000-000000000002");

    private static ReadModelRows rows;
    private static Web web;
    private static UUID ticket;
    private static UUID agent;
    private static UUID unmet;

    @BeforeAll
    static void start() {
        rows = new ReadModelRows();
        web = new Web(rows);
        agent = rows.person("ana", true);
        unmet = rows.person("una", true);
        ticket = rows.ticket(row -> {
            row.setRequester(OWNER);
            row.setAssignee(agent);
        });
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, textBlock = """
            CALL,                          OWNER, STRANGER, AGENT, SUPERVISOR, AUDITOR, ADMIN, OPERATOR, CLIENT
            /tickets,                        200,      200,   200,        200,     200,   403,      403,    403
            /tickets/{ticket},               200,      404,   200,        200,     200,   403,      403,    403
            /tickets/{ticket}/conversation,  200,      404,   200,        200,     200,   403,      403,    403
            /tickets/{ticket}/timeline,      200,      404,   200,        200,     200,   403,      403,    403
            /tickets/{ticket}/links,         200,      404,   200,        200,     200,   403,      403,    403
            /queues/summaries,               403,      403,   200,        200,     200,   403,      403,    403
            /queues/none/summary,            403,      403,   200,        200,     200,   403,      403,    403
            /tickets/{ticket}/attachments,   200,      404,   200,        200,     200,   403,      403,    403
            /queues,                         403,      403,   200,        200,     200,   200,      403,    403
            /categories,                     200,      200,   200,        200,     200,   200,      403,    403
            /fields,                         200,      200,   200,        200,     200,   200,      403,    403
            /agents,                         403,      403,   200,        200,     200,   200,      403,    403
            /organizations,                  403,      403,   200,        200,     200,   200,      403,    403
            /people/{agent},                 200,      404,   200,        200,     200,   200,      404,    404
            /people/{unmet},                 404,      404,   200,        200,     200,   200,      404,    404
            """)
    void each_role_reads_what_it_may(
            String call,
            int owner,
            int stranger,
            int agentRole,
            int supervisor,
            int auditor,
            int admin,
            int operator,
            int client) {
        assertThat(Map.of(
                        "OWNER", status(call, Web.caller(OWNER, Role.REQUESTER)),
                        "STRANGER", status(call, Web.caller(STRANGER, Role.REQUESTER)),
                        "AGENT", status(call, Web.caller(STRANGER, Role.AGENT)),
                        "SUPERVISOR", status(call, Web.caller(STRANGER, Role.SUPERVISOR)),
                        "AUDITOR", status(call, Web.caller(STRANGER, Role.AUDITOR)),
                        "ADMIN", status(call, Web.caller(STRANGER, Role.ADMIN)),
                        "OPERATOR", status(call, Web.caller(STRANGER, Role.OPERATOR)),
                        "CLIENT", status(call, Web.caller(STRANGER, Role.CLIENT))))
                .isEqualTo(Map.of(
                        "OWNER", owner,
                        "STRANGER", stranger,
                        "AGENT", agentRole,
                        "SUPERVISOR", supervisor,
                        "AUDITOR", auditor,
                        "ADMIN", admin,
                        "OPERATOR", operator,
                        "CLIENT", client));
    }

    private static int status(String call, Caller caller) {
        String path = call.replace("{ticket}", ticket.toString())
                .replace("{agent}", agent.toString())
                .replace("{unmet}", unmet.toString());
        return web.get(caller, path).status();
    }

    @Test
    void an_operator_who_is_also_auditor_reads_tickets() {
        assertThat(status("/tickets/{ticket}", Web.caller(STRANGER, Role.OPERATOR, Role.AUDITOR)))
                .isEqualTo(200);
    }

    @Test
    void a_hidden_ticket_and_a_missing_one_answer_alike() {
        Caller stranger = Web.caller(STRANGER, Role.REQUESTER);

        var hidden = web.get(stranger, "/tickets/" + ticket);
        var missing = web.get(stranger, "/tickets/" + STRANGER);

        assertThat(hidden.body()).isEqualTo(missing.body());
        assertThat(hidden.response().getHeaderNames())
                .isEqualTo(missing.response().getHeaderNames());
        assertThat(web.get(stranger, "/tickets/HD-1").body()).isEqualTo(missing.body());
        assertThat(web.get(stranger, "/tickets/no-such-thing").body()).isEqualTo(missing.body());
    }

    @Test
    void a_requester_lists_and_counts_their_own_tickets_only() {
        var own = web.get(Web.caller(OWNER, Role.REQUESTER), "/tickets");
        var none = web.get(Web.caller(STRANGER, Role.REQUESTER), "/tickets");
        var asked = web.get(Web.caller(STRANGER, Role.REQUESTER), "/tickets", "requester", OWNER.toString());

        assertThat(own.body().path("total").asInt()).isEqualTo(1);
        assertThat(none.body().path("total").asInt()).isZero();
        assertThat(none.body().path("items")).isEmpty();
        assertThat(asked.body().path("items")).isEmpty();
        assertThat(asked.body().path("total").asInt()).isZero();
    }

    @Test
    void a_requester_learns_the_name_of_who_works_for_them_but_no_address() {
        var met = web.get(Web.caller(OWNER, Role.REQUESTER), "/people/" + agent).body();

        assertThat(met.path("name").asString()).isEqualTo("ana");
        assertThat(met.path("email").isNull()).isTrue();
    }

    @Test
    void everybody_reads_themselves() {
        var self = web.get(Web.caller(agent, Role.OPERATOR), "/people/me");

        assertThat(self.status()).isEqualTo(200);
        assertThat(self.body().path("email").asString()).isEqualTo("ana@example.com");
    }
}
