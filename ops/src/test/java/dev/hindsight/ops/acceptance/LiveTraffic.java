package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/**
 * People at work on a server that is killed and started again meanwhile. Writers remember what was acknowledged, and
 * repeat with the same key what was not; readers hold every answer of a living server against what must be in it.
 */
final class LiveTraffic implements AutoCloseable {

    private static final int PER_CLIENT = 25;
    private static final int PAGE = 50;
    private static final Duration AGAIN = Duration.ofMillis(50);
    private static final Duration FULL_WITHIN = Duration.ofSeconds(10);

    /** What must always read the same: nobody works on these tickets. */
    private record Known(String id, String ticket, String conversation, String timeline) {}

    /** What a ticket that was opened here must have at least. */
    record Acknowledged(long version, long position, int notes) {}

    private final HttpClient http = HttpClient.newHttpClient();
    private final Person agent;
    private final Person operator;
    private final List<Known> known = new ArrayList<>();
    private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong queries = new AtomicLong();
    private final AtomicLong interrupted = new AtomicLong();
    private final AtomicLong lives = new AtomicLong();
    private final AtomicLong wounds = new AtomicLong();
    private final List<Future<?>> all = new ArrayList<>();
    private volatile @Nullable String url;
    private volatile boolean unwell;
    private volatile boolean stop;
    private @Nullable ExecutorService clients;
    private long leastTotal;
    private int missing;

    /** @param data folder of the installation, for tokens */
    LiveTraffic(Path data) {
        this.agent = person(data, Role.AGENT, "ana@example.org");
        this.operator = person(data, Role.OPERATOR, "olga@example.org");
    }

    private Person person(Path data, Role role, String user) {
        String token =
                DevelopmentIssuer.of(data).issue(EnumSet.of(role), user, null, Instant.now(), Duration.ofHours(2));
        return new Person(http, this::url, token);
    }

    /** Waits for the next server where there is none. */
    private String url() {
        String at = url;
        while (at == null) {
            LockSupport.parkNanos(AGAIN.toNanos());
            at = url;
        }
        return at;
    }

    Person operator() {
        return operator;
    }

    /** A server is there. */
    void to(String server) {
        url = server;
    }

    /** It is about to be killed: requests under way may fail. */
    void away() {
        url = null;
        lives.incrementAndGet();
    }

    /**
     * Whether what the server needs is being hurt: until that is over it may answer 503, and nothing else that is wrong.
     * Read models are committed without waiting for the disk: they may be a little behind where they were before.
     */
    void unwell(boolean is) {
        unwell = is;
        wounds.incrementAndGet();
    }

    /**
     * @param unchanged tickets that nobody touches
     * @param tickets how many there are before
     * @param mayMiss how many of them may be missing
     */
    void begin(Collection<String> unchanged, int tickets, int mayMiss, int commandsPerSecond, int queriesPerSecond) {
        leastTotal = (long) tickets - mayMiss;
        missing = mayMiss;
        for (String id : unchanged) {
            known.add(read(id));
        }
        int writers = Math.max(2, commandsPerSecond / PER_CLIENT);
        int readers = Math.max(2, queriesPerSecond / PER_CLIENT);
        ExecutorService pool = Executors.newFixedThreadPool(writers + readers);
        clients = pool;
        for (int i = 0; i < writers; i++) {
            all.add(pool.submit(() -> paced(commandsPerSecond / (double) writers, new Writer()::next)));
        }
        for (int i = 0; i < readers; i++) {
            all.add(pool.submit(() -> paced(queriesPerSecond / (double) readers, new Reader()::next)));
        }
    }

    private void paced(double perSecond, Runnable one) {
        long step = (long) (1e9 / perSecond);
        long due = System.nanoTime();
        while (!stop) {
            one.run();
            due = Math.max(due + step, System.nanoTime() - TimeUnit.SECONDS.toNanos(1)); // no flood after a standstill
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** Waits until that many more commands were acknowledged and queries answered, all as they should be. */
    void awaitMore(int each) {
        long wantedCommands = commands.get() + each;
        long wantedQueries = queries.get() + each;
        Journey.eventually(Duration.ofMinutes(10), () -> {
            assertThatAllIsWell();
            return commands.get() >= wantedCommands && queries.get() >= wantedQueries;
        });
    }

    /** Whoever fails stops: its failure is thrown here. */
    void assertThatAllIsWell() {
        for (Future<?> one : all) {
            if (one.state() == Future.State.FAILED) {
                throw new AssertionError("somebody at work", one.exceptionNow());
            }
        }
    }

    /** Everybody ends what is begun; then all that was ever asked is acknowledged. */
    Map<String, Acknowledged> end() throws Exception {
        stop = true;
        for (Future<?> one : all) {
            one.get(2, TimeUnit.MINUTES);
        }
        return acknowledged;
    }

    /** In the log, and in what answers; nothing twice. After {@link #end}. */
    void assertThatAllIsThere(JdbcTemplate jdbc) {
        acknowledged.forEach((id, its) -> {
            assertThat(jdbc.queryForObject(
                            "SELECT count(*) FROM log.event WHERE stream = 'ticket-' || ? AND name = 'ticket.opened'",
                            Integer.class,
                            id))
                    .as("opened once, whatever was repeated: %s", id)
                    .isEqualTo(1);
            JsonNode ticket = ask("/api/v1/tickets/" + id + "?minPosition=" + its.position());
            assertThat(ticket.path("version").asLong()).isEqualTo(its.version());
            JsonNode notes = ask("/api/v1/tickets/" + id + "/conversation?limit=200");
            assertThat(notes.path("items").size()).isEqualTo(its.notes());
        });
    }

    @Override
    public String toString() {
        return "%d commands acknowledged, %d queries answered, %d requests cut off or answered 503"
                .formatted(commands.get(), queries.get(), interrupted.get());
    }

    /** What an agent reads. */
    JsonNode ask(String path) {
        return asked(path).body();
    }

    private Known read(String id) {
        return new Known(
                id,
                asked("/api/v1/tickets/" + id).body().toString(),
                asked("/api/v1/tickets/" + id + "/conversation?limit=200")
                        .body()
                        .path("items")
                        .toString(),
                asked("/api/v1/tickets/" + id + "/timeline?limit=200")
                        .body()
                        .path("items")
                        .toString());
    }

    private Answer asked(String path) {
        return lived(path, 200, () -> agent.get(path));
    }

    /** Calls until a server lives through the answer, which must be as expected. */
    private Answer lived(String path, int status, Supplier<Answer> call) {
        while (true) {
            long life = lives.get();
            boolean patient = unwell;
            try {
                Answer answer = call.get();
                if (answer.status() == 503 && (patient || unwell)) {
                    interrupted.incrementAndGet();
                    LockSupport.parkNanos(AGAIN.toNanos());
                    continue;
                }
                assertThat(answer.status()).as(path + " " + answer.raw().body()).isEqualTo(status);
                return answer;
            } catch (UncheckedIOException | AssertionError e) {
                if (lives.get() == life) {
                    throw e;
                }
                interrupted.incrementAndGet();
            }
        }
    }

    /** Opens tickets and writes notes on them. */
    private final class Writer {
        private String ticket = "";
        private int turn;

        void next() {
            boolean opens = turn++ % 4 == 0;
            Answer done = opens
                    ? acknowledged("/api/v1/tickets", "{\"subject\":\"Written in the drill\"}")
                    : acknowledged("/api/v1/tickets/" + ticket + "/notes", "{\"body\":\"Looked into it.\"}");
            if (opens) {
                ticket = done.id();
            }
            acknowledged.merge(
                    ticket,
                    new Acknowledged(done.body().path("version").asLong(), done.position(), opens ? 0 : 1),
                    (before, now) -> new Acknowledged(
                            Math.max(before.version(), now.version()),
                            Math.max(before.position(), now.position()),
                            before.notes() + now.notes()));
            commands.incrementAndGet();
        }

        private Answer acknowledged(String path, String body) {
            String key = UUID.randomUUID().toString();
            return lived(path, 201, () -> agent.post(path, body, "Idempotency-Key", key));
        }
    }

    /** Reads lists, single tickets and search pages. */
    private final class Reader {
        private final Map<String, Long> positions = new HashMap<>();
        private long wound;
        private int turn;

        void next() {
            turn++;
            switch (turn % 3) {
                case 0 ->
                    assertThat(checked("/api/v1/tickets?limit=" + PAGE, ""))
                            .as("tickets listed")
                            .isEqualTo(PAGE);
                case 1 -> search();
                default -> {
                    Known one = known.get(turn / 3 % known.size());
                    assertThat(read(one.id())).isEqualTo(one);
                }
            }
            queries.incrementAndGet();
        }

        /**
         * A hit is shown from its row. Some of those are missing; others come a moment after their document, where live
         * processing of the list was cut off and that of the index was not: such a page is full soon.
         */
        private void search() {
            String path = "/api/v1/search?q=&limit=" + PAGE;
            long since = System.nanoTime();
            int shown = checked(path, "/ticket");
            while (shown < PAGE - missing && System.nanoTime() - since < FULL_WITHIN.toNanos()) {
                LockSupport.parkNanos(AGAIN.toNanos());
                shown = checked(path, "/ticket");
            }
            assertThat(shown).as(path).isGreaterThanOrEqualTo(PAGE - missing);
        }

        /**
         * Everything but that it is full.
         *
         * @return how many it shows
         */
        private int checked(String path, String ticket) {
            JsonNode page = asked(path).body();
            List<String> ids = page.path("items")
                    .valueStream()
                    .map(item -> item.at(ticket + "/id").asString(""))
                    .toList();
            assertThat(ids).as(path).hasSizeBetween(1, PAGE).doesNotContain("").doesNotHaveDuplicates();
            assertThat(page.path("nextCursor").asString("")).as(path).isNotEmpty();
            if (!page.path("totalIsMore").asBoolean()) {
                assertThat(page.path("total").asLong()).as(path).isGreaterThanOrEqualTo(leastTotal);
            }
            long position = page.path("position").asLong();
            if (wound != wounds.get() || unwell) {
                wound = wounds.get();
                positions.clear();
            }
            assertThat(position).as(path).isGreaterThanOrEqualTo(positions.getOrDefault(path, 1L));
            positions.put(path, position);
            return ids.size();
        }
    }

    @Override
    public void close() {
        stop = true;
        if (clients != null) {
            clients.shutdownNow();
        }
        http.shutdownNow();
    }
}
