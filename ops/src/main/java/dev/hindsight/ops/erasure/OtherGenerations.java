package dev.hindsight.ops.erasure;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Generations of read models that are not level with the log. Those that are followed are waited for. One that nobody
 * follows, because it is being filled, its rebuild is paused or it belongs to other software, keeps what it holds: the
 * receipt names it. What is recovered to a point has its own way to forget.
 */
final class OtherGenerations implements Remains {

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final JdbcClient jdbc;
    private final EventLog log;

    OtherGenerations(DataSource dataSource, EventLog log) {
        this.jdbc = JdbcClient.create(dataSource);
        this.log = log;
    }

    private record Behind(String name, boolean followed) {}

    @Override
    public void clean(Report report) throws InterruptedException {
        long head = log.head();
        Instant deadline = Instant.now().plus(LONGEST);
        List<Behind> behind = behind(head);
        while (behind.stream().anyMatch(Behind::followed) && Instant.now().isBefore(deadline)) {
            Thread.sleep(PAUSE); // other nodes may be the ones that follow them
            behind = behind(head);
        }
        if (!behind.isEmpty()) {
            report.notPossible(
                    "read models",
                    String.join(", ", behind.stream().map(Behind::name).toList())
                            + ": not level with the log and not answering, may hold what was erased until its rebuild is"
                            + " finished or cancelled, or it is dropped (hindsight jobs, hindsight projections)");
        }
    }

    /** A definition below the first stands for a model that was never made, and is empty. */
    private List<Behind> behind(long head) {
        var behind = new ArrayList<Behind>();
        for (ReadModel model : ReadModel.values()) {
            behind.addAll(jdbc.sql("select generation, state = 'LIVE' and (definition_version = :own"
                            + " or claimed_at > clock_timestamp() - interval '10 s') is true"
                            + " from readmodel.generation where model = :model and recovery is null"
                            + " and definition_version > 0 and position < :head order by generation")
                    .param("own", model.definitionVersion())
                    .param("model", model.id())
                    .param("head", head)
                    .query((row, number) -> new Behind(model.id() + " generation " + row.getInt(1), row.getBoolean(2)))
                    .list());
        }
        return behind;
    }
}
