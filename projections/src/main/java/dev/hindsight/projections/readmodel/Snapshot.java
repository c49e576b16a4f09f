package dev.hindsight.projections.readmodel;

import dev.hindsight.projections.readmodel.jooq.Tables;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One moment of all PostgreSQL read models: every question asked through it sees the same rows at the same positions.
 * Valid only inside {@link ReadModels#read}, on its thread.
 */
public final class Snapshot {

    /** In a snapshot of what was recovered: the tickets as they are now, as far as the live rows go. */
    public static final Ticket LIVE_TICKET = Tables.TICKET.rename("live_ticket");

    private final DSLContext jooq;
    private final Map<ReadModel, Progress> progress;
    private final @Nullable Grants grants;
    private final @Nullable String generation;

    /**
     * @param position the last event that the rows include
     * @param parks whether anything is parked: mostly nothing is, and asking for it costs a round trip
     * @param made whether anything was made yet
     */
    record Progress(int generation, long position, boolean parks, boolean made) {}

    /** @param generation name of what was recovered; null for what answers */
    Snapshot(DSLContext jooq, Map<ReadModel, Progress> progress, @Nullable Grants grants, @Nullable String generation) {
        this.jooq = jooq;
        this.progress = Map.copyOf(progress);
        this.grants = grants;
        this.generation = generation;
    }

    /** The name of what was recovered, where that is asked: its rows stand still; null for what answers. */
    public @Nullable String recovered() {
        return generation;
    }

    /**
     * Runs queries written against the generated tables ({@code TICKET}, {@code PERSON} …): they are rendered with the
     * names of the generations that answer in this snapshot.
     */
    public DSLContext jooq() {
        return jooq;
    }

    /** The last event that the model's rows include; 0 before the first. */
    public long position(ReadModel model) {
        return of(model).position();
    }

    /** Whether the model's rows can be asked: false while it is made for the first time beside those that are there. */
    public boolean made(ReadModel model) {
        var known = progress.get(model);
        return known != null && known.made();
    }

    public int generation(ReadModel model) {
        return of(model).generation();
    }

    /** Whether and since when the model passes over this ticket. */
    public Optional<Parked> parked(ReadModel model, UUID ticketId) {
        return Optional.ofNullable(parked(model, List.of(ticketId)).get(ticketId));
    }

    /** Which of these tickets the model passes over. */
    public Map<UUID, Parked> parked(ReadModel model, Collection<UUID> ticketIds) {
        if (!of(model).parks()) {
            return Map.of();
        }
        return jooq.connectionResult(connection -> {
            try (var query = connection.prepareStatement("SELECT ticket_id, stream, first_position, cause, since"
                    + " FROM readmodel.parked WHERE model = ? AND generation = ? AND ticket_id = ANY (?)")) {
                query.setString(1, model.id());
                query.setInt(2, generation(model));
                query.setArray(3, connection.createArrayOf("uuid", ticketIds.toArray()));
                try (var rows = query.executeQuery()) {
                    var parked = new HashMap<UUID, Parked>();
                    while (rows.next()) {
                        parked.put(rows.getObject("ticket_id", UUID.class), parked(rows));
                    }
                    return parked;
                }
            }
        });
    }

    /** Everything that the model passes over, the oldest first, at most a thousand. */
    public List<Parked> parked(ReadModel model) {
        if (!of(model).parks()) {
            return List.of();
        }
        return jooq.connectionResult(connection -> {
            try (var query = connection.prepareStatement("SELECT stream, first_position, cause, since"
                    + " FROM readmodel.parked WHERE model = ? AND generation = ? ORDER BY first_position LIMIT 1000")) {
                query.setString(1, model.id());
                query.setInt(2, generation(model));
                try (var rows = query.executeQuery()) {
                    var parked = new ArrayList<Parked>();
                    while (rows.next()) {
                        parked.add(parked(rows));
                    }
                    return parked;
                }
            }
        });
    }

    /** Every ticket that the model passes over, however many. */
    public Set<UUID> parkedTickets(ReadModel model) {
        return of(model).parks()
                ? jooq.resultQuery(
                                "SELECT ticket_id FROM readmodel.parked"
                                        + " WHERE model = ? AND generation = ? AND ticket_id IS NOT NULL",
                                model.id(),
                                generation(model))
                        .fetchSet(0, UUID.class)
                : Set.of();
    }

    /** The positions whose events operators had the model leave out, in every fold. */
    public Set<Long> skipped(ReadModel model) {
        return jooq.connectionResult(connection -> {
            try (var query = connection.prepareStatement("SELECT position FROM readmodel.skip WHERE model = ?")) {
                query.setString(1, model.id());
                try (var rows = query.executeQuery()) {
                    var skipped = new HashSet<Long>();
                    while (rows.next()) {
                        skipped.add(rows.getLong(1));
                    }
                    return skipped;
                }
            }
        });
    }

    /**
     * What was granted at the moment of this snapshot to the one for whom it was opened.
     *
     * @throws IllegalStateException where it was opened for nobody
     */
    public Grants grants() {
        if (grants == null) {
            throw new IllegalStateException("this snapshot was opened for nobody: grants are asked as it opens");
        }
        return grants;
    }

    private static Parked parked(ResultSet row) throws SQLException {
        return new Parked(
                row.getString("stream"),
                row.getLong("first_position"),
                row.getString("cause"),
                row.getObject("since", OffsetDateTime.class).toInstant());
    }

    private Progress of(ReadModel model) {
        var known = progress.get(model);
        if (known == null) {
            throw new IllegalStateException("read model " + model.id() + " has no generation yet");
        }
        return known;
    }
}
