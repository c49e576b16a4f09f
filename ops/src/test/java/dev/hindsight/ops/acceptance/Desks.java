package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * People of every kind around one restricted queue and one organization that shares its tickets, named as the columns of
 * {@code rights/cells.csv}. Names differ from those of other instances, so that tests share an application.
 */
final class Desks {

    private static final String TICKETS = "/api/v1/tickets";

    final String suffix = UUID.randomUUID().toString().substring(0, 8);
    final String queue = "hr-" + suffix;
    final String team = "people-" + suffix;
    final UUID organization = UUID.randomUUID();
    final Person admin;
    final Map<String, Person> people = new LinkedHashMap<>();
    private final RunningApplication app;

    Desks(RunningApplication app) {
        this.app = app;
        admin = app.as(Role.ADMIN, "adele-" + suffix);
        person("own", Role.REQUESTER);
        person("same", Role.REQUESTER);
        person("other", Role.REQUESTER);
        for (String kind : new String[] {"Works", "Reads", "Closed"}) {
            person("agent" + kind, Role.AGENT);
        }
        for (String kind : new String[] {"Works", "Reads", "Closed"}) {
            person("super" + kind, Role.SUPERVISOR);
        }
        person("auditor", Role.AUDITOR);
        person("operator", Role.OPERATOR);
        person("admin", Role.ADMIN);
        person("adminReads", Role.ADMIN);
        person("client", Role.CLIENT);
        person("clientReads", Role.CLIENT);

        ok(admin.put("/api/v1/queues/" + queue, "{\"name\":\"HR\",\"access\":\"RESTRICTED\"}"));
        ok(admin.put("/api/v1/teams/" + team, "{\"name\":\"People\"}"));
        join("agentWorks");
        grant(team, true);
        for (String who : new String[] {"agentReads", "superReads", "adminReads", "clientReads"}) {
            grant(id(who), false);
        }
        grant(id("superWorks"), true);
        ok(admin.put("/api/v1/organizations/" + organization, "{\"name\":\"Acme\",\"sharedTickets\":true}"));
        belong("own", organization.toString());
        belong("same", organization.toString());
    }

    private void person(String column, Role role) {
        people.put(column, app.as(role, column.toLowerCase(java.util.Locale.ROOT) + "-" + suffix + "@example.org"));
    }

    Person of(String column) {
        return java.util.Objects.requireNonNull(people.get(column), column);
    }

    String id(String column) {
        return ok(of(column).get("/api/v1/people/me")).id();
    }

    Answer grant(String personOrTeam, boolean work) {
        return ok(admin.put(
                "/api/v1/queues/" + queue + "/grants/" + personOrTeam, "{\"read\":true,\"work\":" + work + "}"));
    }

    Answer revoke(String personOrTeam) {
        return ok(admin.delete("/api/v1/queues/" + queue + "/grants/" + personOrTeam));
    }

    Answer join(String column) {
        return ok(admin.put("/api/v1/teams/" + team + "/members/" + id(column), null));
    }

    Answer leave(String column) {
        return ok(admin.delete("/api/v1/teams/" + team + "/members/" + id(column)));
    }

    /** @param organization id, null for none */
    Answer belong(String column, @org.jspecify.annotations.Nullable String organization) {
        String member = organization == null ? "null" : "\"" + organization + "\"";
        return ok(admin.put("/api/v1/people/" + id(column), "{\"organization\":" + member + "}"));
    }

    /** A ticket of {@code own}, moved into the queue. */
    Opened ticket(String subject) {
        Answer opened = ok(of("own").post(TICKETS, "{\"subject\":\"" + subject + "\"}"));
        Answer moved = ok(of("agentWorks")
                .put(
                        TICKETS + "/" + opened.id() + "/assignment",
                        "{\"queue\":\"" + queue + "\"}",
                        "If-Match",
                        opened.etag()));
        return new Opened(opened.id(), opened.body().path("number").asString(), app.after(moved));
    }

    /** @param position after which it lies in the queue */
    record Opened(String id, String number, long position) {}

    static Answer ok(Answer answer) {
        assertThat(answer.status()).as(answer.raw() + " " + answer.body()).isBetween(200, 299);
        return answer;
    }
}
