package dev.hindsight.ops.benchmarks;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.eventstore.EngineFigures;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/**
 * What the past of one ticket costs: a ticket of 100 events and one of 1,000 as of random moments of theirs, their
 * conversation then, and the difference of two such moments, one client at a time. Run by {@code ops/benchmarks/past.sh},
 * which has {@link RebuildBenchmark} fill the installation before. Argument: its folder. The client is in the
 * application's process, so its heap is theirs, too.
 */
public final class PastBenchmark {

    private static final int ROUNDS = Integer.getInteger("rounds", 2); // in the first one the JVM still compiles
    private static final int READS = 1_000;
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private final Api api;
    private final Random random = new Random(5);

    private PastBenchmark(Api api) {
        this.api = api;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("FOLDER");
        }
        EngineFigures.printMachine();
        Path data = Path.of(arguments[0]);
        try (RunningApplication app = RunningApplication.in(data)) {
            String token = DevelopmentIssuer.of(data)
                    .issue(
                            EnumSet.of(Role.AGENT, Role.OPERATOR),
                            "bench@example.org",
                            "Bench",
                            Instant.now(),
                            Duration.ofHours(2));
            PastBenchmark benchmark = new PastBenchmark(new Api(app.url(""), token));
            for (int events : new int[] {100, 1_000}) {
                String ticket = benchmark.ticket(events);
                Thread.sleep(SETTLING);
                for (int round = 1; round <= ROUNDS; round++) {
                    System.out.println("round " + round);
                    benchmark.measure(ticket, events);
                }
            }
            System.out.println("events in the log: " + benchmark.api.head());
        }
        System.exit(0); // whatever else still runs
    }

    /** A ticket of so many events: replies, notes, tags that come and go. */
    private String ticket(int events) throws IOException, InterruptedException {
        String path = "/api/v1/tickets/"
                + api.send("POST", "/api/v1/tickets", SampleTickets.body(events))
                        .path("id")
                        .asString();
        long version = 1;
        for (int i = 0; version < events; i++) {
            JsonNode answer =
                    switch (i % 4) {
                        case 0 ->
                            api.send(
                                    "POST",
                                    path + "/replies",
                                    "{\"body\":\"We look at it this afternoon, the " + i + "th.\"}");
                        case 1 ->
                            api.send(
                                    "POST",
                                    path + "/notes",
                                    "{\"body\":\"The same as last week, see page " + i + ".\"}");
                        case 2 -> api.send("PUT", path + "/tags/late", "");
                        default -> api.send("DELETE", path + "/tags/late", "");
                    };
            version = answer.path("version").asLong();
        }
        return path;
    }

    private void measure(String path, int events) throws IOException, InterruptedException {
        JsonNode now = api.json(path);
        Instant first = Instant.parse(now.path("createdAt").asString());
        long micros = ChronoUnit.MICROS.between(
                first, Instant.parse(now.path("updatedAt").asString()));
        String of = " of a ticket of " + events + " events";
        Load.repeat(api, "detail now" + of, READS, i -> path);
        Load.repeat(api, "detail as of a moment" + of, READS, i -> path + "?asOf=" + moment(first, micros));
        Load.repeat(
                api,
                "detail at its last version but one" + of,
                READS,
                i -> path + "?version=" + (now.path("version").asLong() - 1));
        Load.repeat(
                api,
                "page of 50 of the conversation as of a moment" + of,
                READS,
                i -> path + "/conversation?asOf=" + moment(first, micros));
        Load.repeat(api, "difference of two moments" + of, READS, i -> {
            Instant one = moment(first, micros);
            Instant other = moment(first, micros);
            return path + "/changes?from=" + (one.isBefore(other) ? one : other) + "&to="
                    + (one.isBefore(other) ? other : one);
        });
    }

    private Instant moment(Instant first, long micros) {
        return first.plus(random.nextLong(micros + 1), ChronoUnit.MICROS);
    }
}
