package dev.hindsight.ops.operator;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModels;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The read models as the database knows them: the same on every node. */
@RestController
@RequestMapping("/ops/v1/projections")
final class ProjectionsEndpoint {

    record ProjectionList(List<Projection> items) {}

    /**
     * @param lagSeconds age of the oldest event not yet in the model, 0 where there is none or the log is Axon Server's
     * @param parked tickets whose fold failed and that stand still
     * @param error what keeps it from going on, null where nothing does
     */
    record Projection(
            String name,
            int generation,
            long position,
            long head,
            long lagEvents,
            double lagSeconds,
            String state,
            int parked,
            @Nullable String error) {}

    private static final String ALL = """
            SELECT g.model, g.generation, g.position, g.state, g.detail,
                (SELECT count(*) FROM readmodel.parked p WHERE p.model = g.model AND p.generation = g.generation),
                (SELECT q.recorded_at FROM log.placement q
                 WHERE q.first_position <= g.position + 1 AND q.first_position + q.events > g.position + 1
                 ORDER BY q.first_position DESC LIMIT 1)
            FROM %s a JOIN readmodel.generation g USING (model, generation)
            ORDER BY g.model""".formatted(ReadModels.ANSWERING);

    private final DSLContext jooq;
    private final EventLog log;
    private final InstantSource clock;

    ProjectionsEndpoint(DSLContext jooq, EventLog log, InstantSource clock) {
        this.jooq = jooq;
        this.log = log;
        this.clock = clock;
    }

    @GetMapping
    ProjectionList listProjections() {
        Instant now = clock.instant();
        long head = log.head();
        return new ProjectionList(jooq.resultQuery(ALL).fetch(row -> {
            long position = row.get(2, Long.class);
            Instant oldest = row.get(6, Instant.class);
            return new Projection(
                    row.get(0, String.class),
                    row.get(1, Integer.class),
                    position,
                    head,
                    Math.max(0, head - position),
                    oldest == null
                            ? 0
                            : Math.max(0, Duration.between(oldest, now).toMillis() / 1000.0),
                    row.get(3, String.class),
                    row.get(5, Integer.class),
                    row.get(4, String.class));
        }));
    }
}
