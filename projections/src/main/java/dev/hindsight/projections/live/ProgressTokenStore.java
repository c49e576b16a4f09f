package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import java.time.Duration;
import java.util.Optional;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The token of a model's one segment is its generation's progress number itself: there is nothing else that could
 * disagree with it. A claim is an owner and the time of its last sign of life; another node takes over when that is too
 * long ago or, after two signs that did not come, when the owner has no session any more. Must run in the transaction that writes the rows: storing locks the generation's row, so that whoever else
 * changes the generation (a retry of parked streams) waits.
 *
 * <p>Commits of rows do not wait for the disk, so a crash of the database can take back the newest of them, rows and
 * progress together, while this process lives on and remembers more. A batch is therefore only stored on top of exactly
 * the progress that it follows; anything else ends the claim, and the next one begins at what is stored.
 */
final class ProgressTokenStore implements TokenStore {

    /** Two signs that did not come: two nodes that lost their sessions take nothing from each other. */
    private static final Duration SILENCE = LiveModel.SIGN_OF_LIFE.multipliedBy(2);

    private final JdbcClient jdbc;
    private final ReadModel model;
    private final int generation;
    private final String node;
    private final Duration claimTimeout;
    /** What this node last claimed or committed: the next batch follows it. */
    private volatile long position;

    /**
     * @param jdbc takes part in the surrounding transaction
     * @param node the name of this process, which has its {@link NodeSession}
     */
    ProgressTokenStore(JdbcClient jdbc, ReadModel model, int generation, String node, Duration claimTimeout) {
        this.jdbc = jdbc;
        this.model = model;
        this.generation = generation;
        this.node = node;
        this.claimTimeout = claimTimeout;
    }

    /** Rows can be made again from the log, so this commit need not wait for the disk; it never overtakes the log's. */
    @Override
    public void storeToken(@Nullable TrackingToken token, String processorName, int segment)
            throws UnableToClaimTokenException {
        var reached = token == null ? 0 : token.position().orElseThrow();
        var stored = jdbc.sql("""
                        UPDATE readmodel.generation SET position = ?, claimed_at = clock_timestamp()
                        WHERE model = ? AND generation = ? AND owner = ? AND position = ? AND position <= ?
                        RETURNING set_config('synchronous_commit', 'off', true)""")
                .params(reached, model.id(), generation, node, position, reached)
                .query()
                .listOfRows();
        if (stored.isEmpty()) {
            throw new UnableToClaimTokenException(
                    "another node works on " + processorName + ", or its progress is no longer " + position);
        }
    }

    /** The stored progress is known to be this. */
    void committed(long reached) {
        position = reached;
    }

    /** What this node last claimed or committed; 0 before. */
    long position() {
        return position;
    }

    @Override
    public TrackingToken fetchToken(String processorName, int segment) throws UnableToClaimTokenException {
        var stored = jdbc.sql("""
                        UPDATE readmodel.generation SET owner = ?, claimed_at = clock_timestamp(),
                            state = 'LIVE', detail = NULL
                        WHERE model = ? AND generation = ? AND state <> 'BUILDING'
                          AND (owner IS NULL OR owner = ? OR claimed_at < clock_timestamp() - make_interval(secs => ?)
                               OR claimed_at < clock_timestamp() - make_interval(secs => ?)
                                  AND NOT\s""" + NodeSession.OWNER_LIVES + ") RETURNING position")
                .params(node, model.id(), generation, node, seconds(claimTimeout), seconds(SILENCE))
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new UnableToClaimTokenException("another node works on " + processorName));
        position = stored;
        return new GlobalSequenceTrackingToken(stored);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /** Says for every node to see that the model stands before an event that this node does not know. */
    void storeUnknownEvent(String detail) {
        jdbc.sql("UPDATE readmodel.generation SET state = 'UNKNOWN_EVENT', detail = ?"
                        + " WHERE model = ? AND generation = ? AND owner = ?")
                .params(detail, model.id(), generation, node)
                .update();
    }

    @Override
    public void extendClaim(String processorName, int segment) throws UnableToClaimTokenException {
        var extended = jdbc.sql("UPDATE readmodel.generation SET claimed_at = clock_timestamp()"
                        + " WHERE model = ? AND generation = ? AND owner = ?")
                .params(model.id(), generation, node)
                .update();
        if (extended == 0) {
            throw new UnableToClaimTokenException("another node works on " + processorName);
        }
    }

    @Override
    public void releaseClaim(String processorName, int segment) {
        jdbc.sql("UPDATE readmodel.generation SET owner = NULL WHERE model = ? AND generation = ? AND owner = ?")
                .params(model.id(), generation, node)
                .update();
    }

    @Override
    public int[] fetchSegments(String processorName) {
        return new int[] {0};
    }

    @Override
    public Optional<String> retrieveStorageIdentifier() {
        return Optional.of("readmodel.generation");
    }
}
