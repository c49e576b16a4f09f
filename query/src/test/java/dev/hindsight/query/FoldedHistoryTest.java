package dev.hindsight.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.tickets.TicketModel;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Rows as the real fold writes them, read through the real endpoints: both understand the tables alike. */
class FoldedHistoryTest {

    private static final UUID ID = UUID.fromString("01980000-0000-7000-8000-000000000001");
    private static final UUID OTHER = UUID.fromString("01980000-0000-7000-8000-000000000002");
    private static final UUID QUESTION = UUID.fromString("01980000-0000-7000-8000-00000000000a");
    private static final UUID NOTE = UUID.fromString("01980000-0000-7000-8000-00000000000b");

    private final List<LoggedEvent> history = new ArrayList<>();

    @Test
    void a_history_is_read_back_as_it_happened() throws SQLException {
        try (var rows = new ReadModelRows()) {
            var web = new Web(rows);
            UUID ana = rows.person("ana", true);
            UUID rita = rows.person("rita", false);
            rows.field("floor", "NUMBER");
            happens(ActorKind.REQUESTER, rita, opened(ID, 1, rita));
            happens(ActorKind.AGENT, ana, new TicketAssigned(ID, at(2), null, ana));
            happens(ActorKind.AGENT, ana, new WorkStarted(ID, at(2), "NEW", false));
            happens(ActorKind.AGENT, ana, new InternalNoteAdded(ID, at(3), NOTE, ana, "She is right."));
            happens(ActorKind.AGENT, ana, new CustomFieldChanged(ID, at(4), "floor", List.of("3.5"), null));
            happens(ActorKind.AGENT, ana, new TagAdded(ID, at(5), "vip"));
            happens(ActorKind.AGENT, ana, new TicketLinked(ID, at(6), "RELATES_TO", OTHER));
            happens(ActorKind.AGENT, ana, new TicketPutOnHold(ID, at(7), "OPEN", "OTHER", "they are slow", false));
            fold(rows, new TicketModel(1));
            rows.position(8);

            Caller agent = Web.caller(ana, Role.AGENT);
            JsonNode ticket = web.get(agent, "/tickets/HD-1").body();
            assertThat(ticket.path("version").asLong()).isEqualTo(8);
            assertThat(ticket.path("position").asLong()).isEqualTo(8);
            assertThat(ticket.path("status").asString()).isEqualTo("ON_HOLD");
            assertThat(ticket.path("priority").asString()).isEqualTo("P5");
            assertThat(ticket.path("customFields").toString()).isEqualTo("{\"floor\":3.5,\"site\":\"north wing\"}");
            assertThat(ticket.path("tags").toString()).isEqualTo("[\"printer\",\"vip\"]");
            assertThat(ticket.path("description").asString()).isEqualTo("It eats paper.");
            assertThat(ticket.path("links").path(0).path("id").asString()).isEqualTo(OTHER.toString());
            assertThat(web.get(agent, "/tickets", "status", "ON_HOLD", "tag", "vip")
                            .body()
                            .path("items"))
                    .hasSize(1);

            JsonNode timeline = web.get(agent, "/tickets/HD-1/timeline").body().path("items");
            assertThat(timeline).hasSize(8);
            assertThat(timeline.path(1).path("changes").path(0).path("after").toString())
                    .isEqualTo("{\"id\":\"" + ana + "\",\"name\":\"ana\"}");
            assertThat(timeline.path(1).path("occurredAt").asString()).isEqualTo(at(2).toString());
            assertThat(web.get(agent, "/tickets/HD-1/conversation").body().path("items"))
                    .hasSize(2);

            Caller requester = Web.caller(rita, Role.REQUESTER);
            String seen = web.get(requester, "/tickets/HD-1").body()
                    + web.get(requester, "/tickets/HD-1/timeline").body().toString()
                    + web.get(requester, "/tickets/HD-1/conversation").body()
                    + web.get(requester, "/tickets/HD-1/links").body()
                    + web.get(requester, "/tickets").body();
            assertThat(seen)
                    .contains("It eats paper.", "ON_HOLD")
                    .doesNotContain("She is right", "slow", NOTE.toString(), OTHER.toString(), "InternalNote");
        }
    }

    private static TicketOpened opened(UUID id, long number, UUID requester) {
        return new TicketOpened(
                id,
                at(1),
                number,
                "INCIDENT",
                "Paper jam",
                QUESTION,
                "It eats paper.",
                requester,
                null,
                3,
                3,
                "P5",
                "hindsight-1",
                null,
                null,
                List.of("printer"),
                Map.of(),
                Map.of("site", "north wing"),
                "WEB",
                null);
    }

    private static Instant at(int minute) {
        return ReadModelRows.START.plusSeconds(60L * minute);
    }

    private void happens(ActorKind kind, UUID actor, Event event) {
        long position = history.size() + 1L;
        var envelope = new Envelope(
                new Envelope.Actor(kind, actor, List.of()),
                null,
                null,
                "command",
                "command",
                "correlation",
                null,
                "API",
                null,
                Envelope.TENANT,
                "test",
                null);
        history.add(new LoggedEvent(position, event.streamId(), position, event.at(), envelope, () -> event));
    }

    private <R> void fold(ReadModelRows rows, StreamFold<R> fold) throws SQLException {
        R ticket = fold.begin(history.getFirst().stream());
        history.forEach(event -> fold.apply(ticket, event));
        rows.write(connection -> fold.write(connection, List.of(ticket)));
    }
}
