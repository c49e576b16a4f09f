package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.NotFound;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is parked in the generations that answer. Safe for concurrent use. */
public final class DeadLetters {

    private static final String FROM = """
            FROM readmodel.parked p
            JOIN unnest(?::text[], ?::integer[]) AS a (model, generation)
                ON a.model = p.model AND a.generation = p.generation
            WHERE (?::text IS NULL OR p.model = ?) AND (?::text IS NULL OR strpos(lower(p.cause), lower(?)) > 0)
                AND (?::uuid[] IS NULL OR p.id = ANY (?))""";

    private final JdbcClient jdbc;
    private final Generations generations;
    private final EventLog log;

    DeadLetters(JdbcClient jdbc, Generations generations, EventLog log) {
        this.jdbc = jdbc;
        this.generations = generations;
        this.log = log;
    }

    /**
     * A stream that a model passes over.
     *
     * @param id of this stream parked at this position
     * @param ticketId where the stream is a ticket
     * @param position of the first event that is missing
     * @param cause for operators; holds no content of events
     * @param waiting events of the stream behind that one
     */
    public record DeadLetter(
            UUID id,
            String model,
            String stream,
            @Nullable UUID ticketId,
            long position,
            String cause,
            Instant since,
            long waiting) {}

    /** Where a page ends. */
    public record Place(long position, UUID id) {}

    /**
     * In the order of positions.
     *
     * @param model null for all
     * @param cause text that the cause holds, whatever its case; null for any
     * @param after the last one not to tell, null to begin
     */
    public List<DeadLetter> list(@Nullable String model, @Nullable String cause, @Nullable Place after, int limit) {
        var parameters = parameters(model, cause, null);
        parameters.add(after == null ? 0 : after.position());
        parameters.add(after == null ? new UUID(0, 0) : after.id());
        parameters.add(limit);
        return jdbc
                .sql("SELECT p.id, p.model, p.stream, p.ticket_id, p.first_position, p.cause, p.since " + FROM
                        + " AND (p.first_position, p.id) > (?, ?) ORDER BY p.first_position, p.id LIMIT ?")
                .params(parameters)
                .query(this::letter)
                .list()
                .stream()
                .map(this::counted)
                .toList();
    }

    /** @throws NotFound where it is not parked, or no longer at the position that the id is of */
    DeadLetter read(UUID id) {
        return jdbc.sql("SELECT p.id, p.model, p.stream, p.ticket_id, p.first_position, p.cause, p.since " + FROM)
                .params(parameters(null, null, List.of(id)))
                .query(this::letter)
                .optional()
                .orElseThrow(DeadLetters::gone);
    }

    /**
     * Nobody releases it, or has it be another one, until the end of the transaction.
     *
     * @throws NotFound where somebody did
     */
    void lock(JdbcClient connection, DeadLetter letter) {
        if (connection
                .sql("SELECT id FROM readmodel.parked WHERE id = ? AND first_position = ? FOR UPDATE")
                .params(letter.id(), letter.position())
                .query(UUID.class)
                .list()
                .isEmpty()) {
            throw gone();
        }
    }

    private static NotFound gone() {
        return new NotFound("There is no dead letter of this id (any more).");
    }

    /** Models in which something so is parked. */
    List<ReadModel> models(RepairScope scope) {
        var ids = jdbc.sql("SELECT DISTINCT p.model " + FROM)
                .params(parameters(null, scope.cause(), scope.deadLetters()))
                .query(String.class)
                .set();
        return Arrays.stream(ReadModel.values())
                .filter(model -> ids.contains(model.id()))
                .toList();
    }

    /** Streams of the model that are parked so. */
    List<String> streams(ReadModel model, RepairScope scope) {
        return jdbc.sql("SELECT p.stream " + FROM)
                .params(parameters(model.id(), scope.cause(), scope.deadLetters()))
                .query(String.class)
                .list();
    }

    private List<@Nullable Object> parameters(
            @Nullable String model, @Nullable String cause, @Nullable List<UUID> ids) {
        var models = new ArrayList<String>();
        var answering = new ArrayList<Integer>();
        for (var one : ReadModel.values()) {
            generations.answering(one).ifPresent(generation -> {
                models.add(one.id());
                answering.add(generation);
            });
        }
        var letters = ids == null ? null : ids.toArray(UUID[]::new);
        return new ArrayList<>(Arrays.<@Nullable Object>asList(
                models.toArray(String[]::new),
                answering.toArray(Integer[]::new),
                model,
                model,
                cause,
                cause,
                letters,
                letters));
    }

    private DeadLetter letter(ResultSet row, int number) throws SQLException {
        return new DeadLetter(
                row.getObject(1, UUID.class),
                row.getString(2),
                row.getString(3),
                row.getObject(4, UUID.class),
                row.getLong(5),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                0);
    }

    private DeadLetter counted(DeadLetter letter) {
        try (var events = log.eventsOf(letter.stream())) {
            return new DeadLetter(
                    letter.id(),
                    letter.model(),
                    letter.stream(),
                    letter.ticketId(),
                    letter.position(),
                    letter.cause(),
                    letter.since(),
                    events.filter(event -> event.position() > letter.position()).count());
        }
    }
}
