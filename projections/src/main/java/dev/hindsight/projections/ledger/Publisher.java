package dev.hindsight.projections.ledger;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Carries every checkpoint to every place outside, in order, from the node that seals. What fails is tried again with a
 * growing pause and is told by health and metrics. A place that holds what this ledger contradicts gets nothing more: its
 * copy is the witness.
 */
public final class Publisher extends OwnThread {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final int BATCH = 100;

    private final List<CheckpointPlace> places;
    private final Checkpoints checkpoints;
    private final SealedTree tree;
    private final JdbcClient jdbc;
    private final Sealer sealer;
    private final Set<String> compared = new HashSet<>();
    private final Map<String, Backoff> backoffs = new HashMap<>();

    private record Backoff(long until, Duration pause) {}

    public Publisher(
            List<CheckpointPlace> places,
            Checkpoints checkpoints,
            SealedTree tree,
            DataSource dataSource,
            Sealer sealer) {
        super("ledger-publisher");
        this.places = List.copyOf(places);
        this.checkpoints = checkpoints;
        this.tree = tree;
        this.jdbc = JdbcClient.create(dataSource);
        this.sealer = sealer;
    }

    @Override
    void run() {
        while (isRunning() && !places.isEmpty()) {
            try {
                if (sealer.leading()) {
                    for (CheckpointPlace place : places) {
                        carry(place);
                    }
                } else {
                    compared.clear();
                }
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.debug("Checkpoints could not be looked up; asked again", e);
                try {
                    Thread.sleep(LOOK);
                } catch (InterruptedException ended) {
                    return;
                }
            }
        }
    }

    private void carry(CheckpointPlace place) throws InterruptedException {
        Backoff backoff = backoffs.get(place.name());
        if (backoff != null && System.nanoTime() - backoff.until() < 0) {
            return;
        }
        jdbc.sql("INSERT INTO ledger.publication (place) VALUES (?) ON CONFLICT DO NOTHING")
                .param(place.name())
                .update();
        long has = jdbc.sql("SELECT size FROM ledger.publication WHERE place = ?")
                .param(place.name())
                .query(Long.class)
                .single();
        List<StoredCheckpoint> missing = checkpoints.above(has, BATCH);
        try {
            if (!compared.contains(place.name())) {
                compare(place);
                compared.add(place.name());
            }
            for (StoredCheckpoint checkpoint : missing) {
                place.publish(SignedNote.parse(checkpoint.note()));
                jdbc.sql("UPDATE ledger.publication SET size = ?, failing_since = NULL, failure = NULL"
                                + " WHERE place = ?")
                        .params(checkpoint.size(), place.name())
                        .update();
            }
            if (backoff != null) {
                LOG.info("{} takes checkpoints again.", place.name());
                backoffs.remove(place.name());
                jdbc.sql("UPDATE ledger.publication SET failing_since = NULL, failure = NULL WHERE place = ?")
                        .param(place.name())
                        .update();
            }
        } catch (IOException | MalformedLedgerException e) {
            failed(place, backoff, e);
        }
    }

    /** What the place holds must be a part of this ledger, or the database is not the one it was. */
    private void compare(CheckpointPlace place) throws IOException {
        SignedNote last = place.last().orElse(null);
        if (last == null) {
            return;
        }
        Checkpoint theirs = Checkpoint.of(last);
        long size = tree.size();
        if (theirs.size() > size) {
            throw new IOException(
                    "it holds a checkpoint over %d events, the ledger has %d: was the database rolled back?"
                            .formatted(theirs.size(), size));
        }
        if (!tree.root(theirs.size()).equals(theirs.root())) {
            throw new IOException(
                    "the first %d events are not those of the checkpoint that it holds".formatted(theirs.size()));
        }
    }

    private void failed(CheckpointPlace place, @Nullable Backoff before, Exception cause) {
        Duration pause = before == null ? FIRST_PAUSE : before.pause().multipliedBy(2);
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        backoffs.put(place.name(), new Backoff(System.nanoTime() + pause.toNanos(), pause));
        String message = String.valueOf(cause.getMessage());
        if (before == null) {
            LOG.warn("{} does not take checkpoints: {}", place.name(), message);
        }
        jdbc.sql("UPDATE ledger.publication SET failing_since = coalesce(failing_since, clock_timestamp()), failure = ?"
                        + " WHERE place = ?")
                .params(message, place.name())
                .update();
    }
}
