package dev.hindsight.projections.search;

import dev.hindsight.projections.search.TicketIndexWriter.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds indexes against what the rows of the read model "tickets" say now, document for document, page by page in the
 * order of ids, so that what is held in memory does not grow with their number. Indexes and rows move on meanwhile: a
 * document whose ticket changed beyond what one of them is known to have is left out, mostly none or a few. Safe for
 * concurrent use.
 */
public final class IndexComparison {

    private static final int PAGE = 2_000;
    private static final int SAMPLES = 20;

    private final TicketRows rows;
    private final TicketIndexWriter index;
    private final SearchProgress progress;
    private final JsonMapper json = JsonMapper.builder().build();

    IndexComparison(TicketRows rows, TicketIndexWriter index, SearchProgress progress) {
        this.rows = rows;
        this.index = index;
        this.progress = progress;
    }

    /** What is wrong with a document, seen from the index. */
    public enum Kind {
        MISSING,
        SURPLUS,
        DIFFERENT
    }

    /** @param fields that differ, where there are two documents */
    public record Difference(String ticket, Kind kind, List<String> fields) {}

    /**
     * What an index holds.
     *
     * @param documents that were compared
     * @param digest of them all, whatever their order
     * @param wrong how many are not what the rows say, missing and surplus ones included
     * @param samples some of them
     */
    public record Held(int generation, long documents, String digest, long wrong, List<Difference> samples) {}

    /** Hears of each page. */
    public interface Progress {

        /** @return false to end */
        boolean compared(long documents) throws IOException, InterruptedException;
    }

    /** What comes of the comparison: one for each index, and what the rows make. */
    public record Result(long position, Held expected, Map<Integer, Held> held) {

        public Result {
            held = Map.copyOf(held);
        }

        /** @param generation one that was compared */
        public Held of(int generation) {
            return Objects.requireNonNull(held.get(generation));
        }
    }

    /**
     * Compares.
     *
     * @return empty where the progress ended it
     */
    Optional<Result> compare(List<Integer> generations, Progress heard) throws IOException, InterruptedException {
        var walk = new Walk(generations, false);
        while (walk.next()) {
            if (!heard.compared(walk.expected.documents)) {
                return Optional.empty();
            }
        }
        var held = new LinkedHashMap<Integer, Held>();
        walk.tallies.forEach((generation, tally) -> held.put(generation, tally.held(generation)));
        return Optional.of(new Result(walk.least, walk.expected.held(0), held));
    }

    /**
     * Writes what is missing or different anew and takes out what is surplus.
     *
     * @return how many documents that were; empty where the progress ended it
     */
    OptionalLong mend(int generation, Progress heard) throws IOException, InterruptedException {
        var walk = new Walk(List.of(generation), true);
        while (walk.next()) {
            if (!heard.compared(walk.expected.documents)) {
                return OptionalLong.empty();
            }
        }
        index.refresh(generation);
        return OptionalLong.of(walk.tallies.values().iterator().next().wrong);
    }

    /** One way through the tickets and the indexes. */
    private final class Walk {
        final Map<Integer, Tally> tallies = new LinkedHashMap<>();
        final Tally expected = new Tally();
        final Map<Integer, Long> reached = new HashMap<>();
        final long least;
        private final boolean mends;
        private @Nullable UUID after;
        /** The next page, which is read while this one is held against the indexes; null behind the last. */
        private @Nullable CompletableFuture<TicketRows.Page> ahead;

        Walk(List<Integer> generations, boolean mends) {
            this.mends = mends;
            for (int generation : generations) {
                tallies.put(generation, new Tally());
                reached.put(generation, progress.position(generation)); // before the rows are read
            }
            least = reached.values().stream().mapToLong(Long::longValue).min().orElse(0);
            ahead = begun(() -> rows.behind(null, PAGE));
        }

        /** @return whether there was a page */
        boolean next() throws IOException {
            var coming = ahead;
            if (coming == null) {
                return false;
            }
            var page = waited(coming);
            var last = page.complete()
                    ? null
                    : page.documents().getLast().document().id();
            var asked = new LinkedHashMap<Integer, CompletableFuture<Map<String, Stored>>>();
            var from = after;
            for (int generation : tallies.keySet()) {
                asked.put(
                        generation,
                        begun(() ->
                                stored(generation, from, last, page.documents().size())));
            }
            ahead = last == null ? null : begun(() -> rows.behind(last, PAGE));
            var wanted = new TreeMap<String, Wanted>();
            for (var document : page.documents()) {
                wanted.put(document.document().id().toString(), new Wanted(index.entry(document)));
            }
            var found = new LinkedHashMap<Integer, Map<String, Stored>>();
            for (var one : asked.entrySet()) {
                found.put(one.getKey(), waited(one.getValue()));
            }
            hold(wanted, found, page.position());
            after = last;
            return true;
        }

        private void hold(Map<String, Wanted> wanted, Map<Integer, Map<String, Stored>> found, long position)
                throws IOException {
            for (var its : found.entrySet()) {
                long level = reached.getOrDefault(its.getKey(), 0L);
                its.getValue().forEach((id, document) -> {
                    var want = wanted.computeIfAbsent(id, surplus -> new Wanted(null));
                    if (!same(want, document)) {
                        want.moved |= document.version() > position || want.position() > level;
                    }
                });
                wanted.forEach((id, want) ->
                        want.moved |= want.position() > level && !its.getValue().containsKey(id));
            }
            for (var want : wanted.values()) {
                if (want.entry != null && !want.moved) {
                    expected.add(want.hash());
                }
            }
            for (var its : found.entrySet()) {
                var tally = tallies.get(its.getKey());
                var missing = new ArrayList<IndexEntry>();
                var surplus = new ArrayList<Stored>();
                for (var one : wanted.entrySet()) {
                    var want = one.getValue();
                    var document = its.getValue().get(one.getKey());
                    if (want.moved || tally == null) {
                        continue;
                    }
                    if (document != null) {
                        tally.add(same(want, document) ? want.hash() : hash(one.getKey(), document.source()));
                    }
                    if (document == null && want.entry != null) {
                        tally.differs(one.getKey(), Kind.MISSING, List.of());
                        missing.add(want.entry);
                    } else if (document != null && want.entry == null) {
                        tally.differs(one.getKey(), Kind.SURPLUS, List.of());
                        surplus.add(document);
                    } else if (document != null && want.entry != null && !same(want, document)) {
                        tally.differs(one.getKey(), Kind.DIFFERENT, fields(want.entry, document));
                        // Under the version that it has: an older one would not be taken.
                        missing.add(new IndexEntry(
                                want.entry.id(),
                                Math.max(want.entry.position(), document.version()),
                                want.entry.source()));
                    }
                }
                if (mends && !missing.isEmpty()) {
                    index.writeBulk(its.getKey(), missing);
                }
                if (mends && !surplus.isEmpty()) {
                    index.remove(its.getKey(), surplus);
                }
            }
        }

        private Map<String, Stored> stored(int generation, @Nullable UUID from, @Nullable UUID to, int count)
                throws IOException {
            var found = new HashMap<String, Stored>();
            var begin = from == null ? null : from.toString();
            var end = to == null ? null : to.toString();
            int most = Math.clamp(count + 10L, 100, PAGE + 10);
            while (true) {
                var some = index.stored(generation, begin, end, most);
                some.forEach(document -> found.put(document.id(), document));
                if (some.size() < most) {
                    return found;
                }
                begin = some.getLast().id();
            }
        }
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> CompletableFuture<T> begun(Question<T> question) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return question.ask();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    private static <T> T waited(CompletableFuture<T> question) throws IOException {
        try {
            return question.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException unanswered) {
                throw Objects.requireNonNull(unanswered.getCause());
            }
            throw e.getCause() instanceof RuntimeException fault ? fault : e;
        }
    }

    /** What the rows make of one ticket. */
    private static final class Wanted {
        final @Nullable IndexEntry entry;
        /** Whether something that was read knows less than the rest, and need not know more. */
        boolean moved;

        private @Nullable Long hash;

        Wanted(@Nullable IndexEntry entry) {
            this.entry = entry;
        }

        long position() {
            return entry == null ? 0 : entry.position();
        }

        long hash() {
            if (hash == null) {
                hash = entry == null ? 0 : IndexComparison.hash(entry.id().toString(), entry.source());
            }
            return hash;
        }
    }

    /** Counted as they come. */
    private static final class Tally {
        private final List<Difference> samples = new ArrayList<>();
        private long documents;
        private long sum;
        private long wrong;

        void add(long hash) {
            documents++;
            sum += hash;
        }

        void differs(String ticket, Kind kind, List<String> fields) {
            wrong++;
            if (samples.size() < SAMPLES) {
                samples.add(new Difference(ticket, kind, fields));
            }
        }

        Held held(int generation) {
            return new Held(generation, documents, Long.toUnsignedString(sum), wrong, List.copyOf(samples));
        }
    }

    /** Bytes first: what another version of this software wrote may have its fields in another order. */
    private boolean same(Wanted want, Stored document) {
        return want.entry != null
                && (Arrays.equals(want.entry.source(), document.source())
                        || json.readTree(want.entry.source()).equals(json.readTree(document.source())));
    }

    private List<String> fields(IndexEntry wanted, Stored document) {
        JsonNode one = json.readTree(wanted.source());
        JsonNode other = json.readTree(document.source());
        var names = new TreeSet<String>();
        names.addAll(one.propertyNames());
        names.addAll(other.propertyNames());
        names.removeIf(name -> one.path(name).equals(other.path(name)));
        return List.copyOf(names);
    }

    private static long hash(String id, byte[] source) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(id.getBytes(StandardCharsets.US_ASCII));
            return ByteBuffer.wrap(digest.digest(source)).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
