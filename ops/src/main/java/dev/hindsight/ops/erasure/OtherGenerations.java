package dev.hindsight.ops.erasure;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Generations of read models that are not level with the log. Those that are followed are waited for. One that nobody
 * follows, because it is being filled, its rebuild is paused or it belongs to other software, keeps what it holds: the
 * receipt names it. What is recovered to a point has its own way to forget.
 */
final class OtherGenerations implements Remains {

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Generations generations;
    private final EventLog log;

    OtherGenerations(Generations generations, EventLog log) {
        this.generations = generations;
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

    private List<Behind> behind(long head) {
        var behind = new ArrayList<Behind>();
        for (ReadModel model : ReadModel.values()) {
            for (Generations.Behind its : generations.behind(model, head)) {
                behind.add(new Behind(model.id() + " generation " + its.generation(), its.followed()));
            }
        }
        return behind;
    }
}
