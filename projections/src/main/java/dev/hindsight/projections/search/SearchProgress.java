package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** How far the index is, in the registry of generations: the position up to which everything can be found. */
final class SearchProgress {

    private static final Logger LOG = LoggerFactory.getLogger(SearchProgress.class);

    private final JdbcClient jdbc;
    private final Generations generations;
    private final FreshnessGate freshness;
    private final TransactionTemplate transactions;
    private volatile int answering;

    SearchProgress(DataSource dataSource, Generations generations, FreshnessGate freshness) {
        this.jdbc = JdbcClient.create(dataSource);
        this.generations = generations;
        this.freshness = freshness;
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    }

    record Place(int generation, long position) {}

    /** Where to go on: at the recorded position, or at the beginning where the index is another than the one recorded. */
    Optional<Place> open(TicketIndexWriter index, int generation) throws IOException {
        var found = index.uuid(generation);
        String uuid;
        if (found.isPresent()) {
            uuid = found.get();
        } else if (followed(generation)) {
            uuid = made(index, generation);
        } else {
            return Optional.empty();
        }
        var known = uuid(generation);
        if (known.isEmpty() || !known.get().equals(uuid)) {
            if (known.isPresent()) {
                LOG.warn("The search index of generation {} is not the one it was: filling it anew", generation);
            }
            reset(generation, uuid);
        }
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(ReadModel.TICKET_SEARCH.id(), generation)
                .query(Long.class)
                .optional()
                .map(position -> new Place(generation, position));
    }

    private boolean followed(int generation) {
        return generations.followed(ReadModel.TICKET_SEARCH).contains(generation);
    }

    /** Whoever drops the generation waits meanwhile, so that no index is made of one that is gone. */
    private String made(TicketIndexWriter index, int generation) throws IOException {
        try {
            return transactions.execute(status -> {
                jdbc.sql("SELECT 1 FROM readmodel.generation WHERE model = ? AND generation = ? FOR KEY SHARE")
                        .params(ReadModel.TICKET_SEARCH.id(), generation)
                        .query(Integer.class)
                        .single();
                try {
                    return index.ensure(generation);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    /** The index that was recorded, empty where none was. */
    private Optional<String> uuid(int generation) {
        return jdbc.sql("SELECT uuid FROM readmodel.search_index WHERE generation = ?")
                .param(generation)
                .query(String.class)
                .optional();
    }

    /** Drops the indexes whose generations are gone. */
    void dropLeft(TicketIndexWriter index) throws IOException {
        for (var left : jdbc.sql("SELECT s.generation FROM readmodel.search_index s WHERE NOT EXISTS"
                        + " (SELECT FROM readmodel.generation g WHERE g.model = ? AND g.generation = s.generation)")
                .param(ReadModel.TICKET_SEARCH.id())
                .query(Integer.class)
                .list()) {
            index.delete(left);
            jdbc.sql("DELETE FROM readmodel.search_index WHERE generation = ?")
                    .param(left)
                    .update();
            LOG.info("Dropped the search index of generation {}", left);
        }
    }

    /**
     * Gives a generation that is being made its index; known from before, so that it is dropped with its generation
     * whatever happens.
     *
     * @return whether it is new and so empty
     */
    boolean bare(TicketIndexWriter index, int generation) throws IOException {
        var known = uuid(generation);
        if (known.isEmpty()) {
            jdbc.sql("INSERT INTO readmodel.search_index (generation, uuid) VALUES (?, '')")
                    .param(generation)
                    .update();
        }
        var uuid = index.ensureBare(generation);
        if (known.isPresent() && known.get().equals(uuid)) {
            return false;
        }
        jdbc.sql("UPDATE readmodel.search_index SET uuid = ? WHERE generation = ?")
                .params(uuid, generation)
                .update();
        return true;
    }

    /** The number of the order to mend the index that is not carried out yet. */
    OptionalLong mending(int generation) {
        return jdbc.sql("SELECT mend_asked FROM readmodel.search_index WHERE generation = ? AND mend_asked > mended")
                .param(generation)
                .query(Long.class)
                .optional()
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /** The order with this number is carried out. */
    void mended(int generation, long order) {
        jdbc.sql("UPDATE readmodel.search_index SET mended = greatest(mended, ?) WHERE generation = ?")
                .params(order, generation)
                .update();
    }

    /** How far a generation is: everything up to here can be found. */
    long position(int generation) {
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(ReadModel.TICKET_SEARCH.id(), generation)
                .query(Long.class)
                .single();
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
        if (place.generation() == answering) {
            freshness.advanced(ReadModel.TICKET_SEARCH, position);
        }
        return new Place(place.generation(), position);
    }

    /** @param failure what keeps the index from going on, for operators; null when nothing does any more */
    void tell(int generation, @Nullable String failure) {
        jdbc.sql("UPDATE readmodel.generation SET state = ?, detail = ? WHERE model = ? AND generation = ?"
                        + " AND state <> 'BUILDING'")
                .params(Arrays.asList(
                        failure == null ? "LIVE" : "WAITING", failure, ReadModel.TICKET_SEARCH.id(), generation))
                .update();
    }

    /**
     * The generations that are kept level, one of which answers from now on as far as this node knows.
     *
     * @return never empty
     */
    Set<Integer> followed() {
        answering = generations.ensure(ReadModel.TICKET_SEARCH);
        return generations.followed(ReadModel.TICKET_SEARCH);
    }

    /** As of {@link #followed()}; 0 before. */
    int answering() {
        return answering;
    }
}
