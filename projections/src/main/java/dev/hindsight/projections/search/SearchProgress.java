package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import java.io.IOException;
import java.util.Arrays;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How far the index is, in the registry of generations: the position up to which everything can be found. */
final class SearchProgress {

    private static final Logger LOG = LoggerFactory.getLogger(SearchProgress.class);

    private final JdbcClient jdbc;
    private final Generations generations;
    private final FreshnessGate freshness;

    SearchProgress(DataSource dataSource, Generations generations, FreshnessGate freshness) {
        this.jdbc = JdbcClient.create(dataSource);
        this.generations = generations;
        this.freshness = freshness;
    }

    record Place(int generation, long position) {}

    /** Where to go on: at the recorded position, or at the beginning where the index is another than the one recorded. */
    Place open(TicketIndexWriter index) throws IOException {
        int generation = generations.ensure(ReadModel.TICKET_SEARCH);
        String uuid = index.ensure(generation);
        var known = jdbc.sql("SELECT uuid FROM readmodel.search_index WHERE generation = ?")
                .param(generation)
                .query(String.class)
                .optional();
        if (known.isEmpty() || !known.get().equals(uuid)) {
            if (known.isPresent()) {
                LOG.warn("The search index of generation {} is not the one it was: filling it anew", generation);
            }
            reset(generation, uuid);
        }
        long position = jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(ReadModel.TICKET_SEARCH.id(), generation)
                .query(Long.class)
                .single();
        return new Place(generation, position);
    }

    /** One statement, so that no index is taken for filled that is not. */
    private void reset(int generation, String uuid) {
        jdbc.sql("""
                        WITH back AS (
                            UPDATE readmodel.generation SET position = 0 WHERE model = ? AND generation = ?)
                        INSERT INTO readmodel.search_index (generation, uuid) VALUES (?, ?)
                        ON CONFLICT (generation) DO UPDATE SET uuid = excluded.uuid""")
                .params(ReadModel.TICKET_SEARCH.id(), generation, generation, uuid)
                .update();
    }

    /** Everything up to this position can be found from now on. */
    Place record(Place place, long position) {
        if (position == place.position()) {
            return place;
        }
        // Another node may follow the same index and be ahead.
        jdbc.sql("UPDATE readmodel.generation SET position = greatest(position, ?) WHERE model = ? AND generation = ?")
                .params(position, ReadModel.TICKET_SEARCH.id(), place.generation())
                .update();
        freshness.advanced(ReadModel.TICKET_SEARCH, position);
        return new Place(place.generation(), position);
    }

    /** @param failure what keeps the index from going on, for operators; null when nothing does any more */
    void tell(@Nullable String failure) {
        jdbc.sql("""
                        UPDATE readmodel.generation SET state = ?, detail = ?
                        WHERE (model, generation) IN (
                            SELECT model, generation FROM readmodel.active_generation
                            WHERE model = ? AND definition_version = ?)""")
                .params(Arrays.asList(
                        failure == null ? "LIVE" : "WAITING",
                        failure,
                        ReadModel.TICKET_SEARCH.id(),
                        ReadModel.TICKET_SEARCH.definitionVersion()))
                .update();
    }
}
