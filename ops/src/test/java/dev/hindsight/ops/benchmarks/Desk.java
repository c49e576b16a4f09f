package dev.hindsight.ops.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** People at work over HTTP: their commands and queries, at even distances. Safe for concurrent use. */
final class Desk {

    /** More than ever wait at once: so that a slow answer does not hold up those that are due after it. */
    private static final int CLIENTS = 64;

    private final Api api;
    private final List<String> queues;
    private final String listed;
    private final AtomicLong number = new AtomicLong();
    /** Tickets opened in this load, which later commands work on. */
    private final List<Opened> worked = new ArrayList<>();

    enum Kind {
        OPEN,
        REPLY,
        NOTE,
        ASSIGN,
        STATUS,
        LIST,
        DETAIL,
        CONVERSATION,
        TIMELINE,
        SEARCH,
        SUGGESTIONS,
        SUMMARIES;

        boolean isCommand() {
            return compareTo(LIST) < 0;
        }
    }

    /**
     * A request that was answered.
     *
     * @param due when it should have been sent, as {@link System#nanoTime} tells it
     * @param nanos from then to its answer
     */
    record Done(Kind kind, long due, long nanos) {}

    record Opened(String id, long position) {

        String path() {
            return "/api/v1/tickets/" + id;
        }

        /** A read of it, which may have been opened a moment ago. */
        String read(String of) {
            return path() + of + "?minPosition=" + position;
        }
    }

    /**
     * @param queues slugs of those that tickets are opened in and moved to, and that are listed
     * @param listed status of the tickets in lists, separated by commas
     */
    Desk(Api api, List<String> queues, String listed) {
        this.api = api;
        this.queues = List.copyOf(queues);
        this.listed = listed;
    }

    /** Sees to it that the queues are there. */
    void queues() throws IOException, InterruptedException {
        for (String queue : queues) {
            api.send("PUT", "/api/v1/queues/" + queue, "{\"name\":\"" + queue + "\"}");
        }
    }

    /** How many tickets were opened. */
    long tickets() {
        return number.get();
    }

    /**
     * Sends so many commands and queries a second, mixed, whatever the answers do.
     *
     * @param goesOn whether the request of this number, from 0, is still to be sent
     * @param command chooses the next one's kind; asked by many threads
     * @param query likewise
     */
    List<Done> work(int commands, int queries, LongPredicate goesOn, Supplier<Kind> command, Supplier<Kind> query)
            throws InterruptedException, ExecutionException {
        int rate = commands + queries;
        return Load.evenly(CLIENTS, rate, goesOn, (n, due) -> {
            Kind kind = Math.floorMod(n * 2_654_435_761L, (long) rate) < commands ? command.get() : query.get();
            act(kind);
            return new Done(kind, due, System.nanoTime() - due);
        });
    }

    static long[] nanos(List<Done> done, Predicate<Kind> of) {
        return done.stream()
                .filter(one -> of.test(one.kind()))
                .mapToLong(Done::nanos)
                .toArray();
    }

    private void act(Kind kind) throws IOException, InterruptedException {
        Random random = ThreadLocalRandom.current();
        switch (kind) {
            case OPEN -> opened();
            case REPLY ->
                api.send("POST", ticket().path() + "/replies", "{\"body\":\"We look at it this afternoon.\"}");
            case NOTE ->
                api.send("POST", ticket().path() + "/notes", "{\"body\":\"The same as last week, see the wiki.\"}");
            case ASSIGN -> api.send("PUT", ticket().path() + "/assignment", "{\"queue\":\"" + queue(random) + "\"}");
            case STATUS -> begin();
            case LIST ->
                api.get("/api/v1/tickets?limit=50&status=" + listed + "&queue=" + queue(random)
                        + (random.nextBoolean() ? "&sort=-updatedAt" : "&priority=P2,P3"));
            case DETAIL -> api.get(ticket().read(""));
            case CONVERSATION -> api.get(ticket().read("/conversation"));
            case TIMELINE -> api.get(ticket().read("/timeline"));
            case SEARCH ->
                api.get("/api/v1/search?limit=20&q=" + SampleTickets.rare(random.nextInt(4_000)) + "+status:new");
            case SUGGESTIONS ->
                api.get("/api/v1/search/suggestions?q="
                        + SampleTickets.rare(random.nextInt(4_000)).substring(0, 4));
            case SUMMARIES -> api.get("/api/v1/queues/summaries");
        }
    }

    private String queue(Random random) {
        return queues.get(random.nextInt(queues.size()));
    }

    /** Begins work on a ticket of its own, so that the move is always allowed. */
    private void begin() throws IOException, InterruptedException {
        api.send("PUT", opened().path() + "/status", "{\"status\":\"OPEN\"}");
    }

    private Opened opened() throws IOException, InterruptedException {
        Opened opened = open();
        synchronized (worked) {
            worked.add(opened);
        }
        return opened;
    }

    /** A ticket that no later command works on. */
    Opened open() throws IOException, InterruptedException {
        long n = number.getAndIncrement();
        JsonNode opened =
                api.send("POST", "/api/v1/tickets", SampleTickets.body(n, queues.get((int) (n % queues.size()))));
        return new Opened(opened.path("id").asString(), opened.path("position").asLong(0));
    }

    /** A ticket of this load: one of the newest thousand, as people work. */
    private Opened ticket() throws IOException, InterruptedException {
        synchronized (worked) {
            if (!worked.isEmpty()) {
                int newest = Math.min(worked.size(), 1_000);
                return worked.get(
                        worked.size() - 1 - ThreadLocalRandom.current().nextInt(newest));
            }
        }
        return opened();
    }
}
