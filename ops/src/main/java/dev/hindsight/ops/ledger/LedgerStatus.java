package dev.hindsight.ops.ledger;

import dev.hindsight.projections.ledger.CheckpointPlace;
import dev.hindsight.projections.ledger.CheckpointPlaces;
import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.RawLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How the ledger stands: from the database, so the same on every node, all but what keeps this one from sealing. */
final class LedgerStatus {

    /**
     * @param lag events of the log that are not sealed
     * @param checkpoint size of the newest; 0 before the first
     * @param unsignedSeconds since the newest checkpoint was made (before the first: since this node started) while
     *     events of the log wait for the next; else 0
     * @param missing signed events whose checkpoint some place outside does not have; 0 where there is no place
     * @param failingSeconds since when some place takes nothing; 0 while all do
     * @param checkAgeSeconds since the last whole check; NaN before the first
     * @param differs whether that found something
     * @param troubles by name, in words; empty where all is well
     */
    record Now(
            long sealed,
            long lag,
            long checkpoint,
            double unsignedSeconds,
            long missing,
            double failingSeconds,
            double checkAgeSeconds,
            boolean differs,
            boolean contradicted,
            Map<String, String> troubles) {}

    private record Place(long missing, double failingSeconds) {}

    private record Stored(
            long sealed,
            long checkpoint,
            @Nullable Double checkpointAge,
            @Nullable Double checkAge,
            @Nullable Long position,
            @Nullable String finding) {}

    private final JdbcClient jdbc;
    private final RawLog log;
    private final Sealer sealer;
    private final List<String> places;
    private final Timestamping timestamping;
    private final long startedAt = System.nanoTime();

    LedgerStatus(DataSource dataSource, RawLog log, Sealer sealer, CheckpointPlaces places, Timestamping timestamping) {
        this.jdbc = JdbcClient.create(dataSource);
        this.log = log;
        this.sealer = sealer;
        this.places = places.all().stream().map(CheckpointPlace::name).toList();
        this.timestamping = timestamping;
    }

    Now read() {
        Stored stored = jdbc.sql("""
                        SELECT s.size AS sealed, coalesce(c.size, 0) AS checkpoint,
                            extract(epoch FROM clock_timestamp() - c.made_at)::float8 AS checkpoint_age,
                            extract(epoch FROM clock_timestamp() - k.ended_at)::float8 AS check_age, k.position, k.finding
                        FROM ledger.sealed s
                        LEFT JOIN LATERAL (SELECT size, made_at FROM ledger.checkpoint ORDER BY size DESC LIMIT 1) c ON true
                        LEFT JOIN ledger.self_check k ON true""")
                .query((row, number) -> new Stored(
                        row.getLong("sealed"),
                        row.getLong("checkpoint"),
                        row.getObject("checkpoint_age", Double.class),
                        row.getObject("check_age", Double.class),
                        row.getObject("position", Long.class),
                        row.getString("finding")))
                .single();
        Map<String, String> troubles = new LinkedHashMap<>();
        String failure = sealer.failure();
        if (failure != null) {
            troubles.put("sealing", failure);
        }
        if (stored.finding() != null) {
            troubles.put("check", "position " + stored.position() + ": " + stored.finding());
        }
        List<Place> carried = places.stream()
                .map(place -> place(place, stored.checkpoint(), troubles))
                .toList();
        String unstamped = timestamping.failure();
        if (unstamped != null) {
            troubles.put("timestamps", unstamped);
        }
        long head = log.head();
        Double age = stored.checkpointAge();
        Double checkAge = stored.checkAge();
        return new Now(
                stored.sealed(),
                Math.max(0, head - stored.sealed()),
                stored.checkpoint(),
                head <= stored.checkpoint() ? 0 : age != null ? age : (System.nanoTime() - startedAt) / 1e9,
                carried.stream().mapToLong(Place::missing).max().orElse(0),
                carried.stream().mapToDouble(Place::failingSeconds).max().orElse(0),
                checkAge == null ? Double.NaN : checkAge,
                stored.finding() != null,
                sealer.contradicted(),
                troubles);
    }

    private Place place(String name, long checkpoint, Map<String, String> troubles) {
        return jdbc.sql(
                        "SELECT size, failure, coalesce(extract(epoch FROM clock_timestamp() - failing_since), 0)::float8"
                                + " AS failing FROM ledger.publication WHERE place = ?")
                .param(name)
                .query((row, number) -> {
                    String failure = row.getString("failure");
                    if (failure != null) {
                        troubles.put(name, failure);
                    }
                    return new Place(Math.max(0, checkpoint - row.getLong("size")), row.getDouble("failing"));
                })
                .optional()
                .orElse(new Place(checkpoint, 0));
    }
}
