package dev.hindsight.query.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Web;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DirectoryReadTest {

    @Test
    void the_directory_is_listed_by_name() {
        try (var rows = new ReadModelRows()) {
            var web = new Web(rows);
            UUID ben = rows.person("ben", true);
            UUID ana = rows.person("ana", true);
            rows.person("rita", false);
            UUID acme = rows.organization("Acme");
            rows.queue("hw", "Hardware");
            rows.category("printer", "Printers");
            rows.field("site", "SELECT", "north", "south");
            rows.position(12);
            Caller agent = Web.caller(ana, Role.AGENT);

            assertThat(web.get(agent, "/agents").body().toString())
                    .isEqualTo("{\"items\":["
                            + "{\"id\":\"" + ana
                            + "\",\"name\":\"ana\",\"email\":\"ana@example.com\",\"agent\":true,\"organization\":null},"
                            + "{\"id\":\"" + ben
                            + "\",\"name\":\"ben\",\"email\":\"ben@example.com\",\"agent\":true,\"organization\":null}"
                            + "]}");
            assertThat(web.get(agent, "/organizations").body().toString())
                    .isEqualTo("{\"items\":[{\"id\":\"" + acme + "\",\"name\":\"Acme\",\"sharedTickets\":false}]}");
            assertThat(web.get(agent, "/queues").body().toString())
                    .isEqualTo("{\"items\":[{\"id\":\"hw\",\"name\":\"Hardware\",\"access\":\"OPEN\"}]}");
            assertThat(web.get(agent, "/categories").body().toString())
                    .isEqualTo("{\"items\":[{\"id\":\"printer\",\"name\":\"Printers\",\"parent\":null}]}");
            assertThat(web.get(agent, "/fields").body().toString())
                    .isEqualTo("{\"items\":[{\"id\":\"site\",\"name\":\"site\",\"type\":\"SELECT\","
                            + "\"options\":[\"north\",\"south\"]}]}");
            assertThat(web.get(agent, "/queues").header("Hindsight-Position")).isEqualTo("12");
        }
    }
}
