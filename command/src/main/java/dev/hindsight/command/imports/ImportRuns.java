package dev.hindsight.command.imports;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.TicketNumbers;
import dev.hindsight.command.imports.ImportRun.Tools;
import dev.hindsight.command.people.ImportedPeople;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamSource;

/**
 * The imports of this node: those under way and, for a day, those that ended. One at a time for a source. Safe for
 * concurrent use. Closing stops what is under way; run again, it goes on where it was.
 */
public final class ImportRuns implements AutoCloseable {

    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private record Running(ImportRun run, Thread thread) {}

    private final Tools tools;
    private final Map<String, UUID> busy = new ConcurrentHashMap<>();
    private final Map<UUID, Running> running = new ConcurrentHashMap<>();
    private final Cache<UUID, ImportRun> runs = Caffeine.newBuilder()
            .maximumSize(200)
            .expireAfterWrite(Duration.ofDays(1))
            .build();

    public ImportRuns(
            CommandDispatch dispatch,
            ImportedPeople people,
            KnownConfiguration configuration,
            TicketNumbers numbers,
            Clock clock) {
        this.tools = new Tools(dispatch, people, configuration, numbers, clock);
    }

    /**
     * Reads a file and begins to import it; nothing is written where this refuses.
     *
     * @param file read twice before this returns, not later
     * @param mapping the YAML document
     * @param mappingName what the log will call it
     * @param operator who asks
     * @throws InvalidRequest where the mapping or the file can't be used
     * @throws Refusal {@code IMPORT_RUNNING}
     * @throws IOException where the file can't be read
     */
    public ImportJob start(InputStreamSource file, byte[] mapping, String mappingName, Call operator)
            throws IOException {
        ImportMapping parsed = ImportMapping.parse(new ByteArrayInputStream(mapping));
        UUID place = UUID.randomUUID();
        if (busy.putIfAbsent(parsed.source(), place) != null) {
            throw new Refusal(
                    "IMPORT_RUNNING", "An import of this source is under way; start the next one when it has ended.");
        }
        ImportRun run = null;
        try {
            SourceFile rows = SourceFile.read(file.getInputStream(), parsed);
            run = new ImportRun(parsed, mappingName, rows, sha256(file), operator, tools);
            begin(run, place);
            return run.job();
        } finally {
            if (run == null) {
                busy.remove(parsed.source(), place);
            }
        }
    }

    private void begin(ImportRun run, UUID place) {
        runs.put(run.id(), run);
        Thread thread = Thread.ofVirtual().name("import-" + run.source()).unstarted(() -> {
            try {
                run.run();
            } finally {
                busy.remove(run.source(), place);
                running.remove(run.id());
            }
        });
        running.put(run.id(), new Running(run, thread));
        thread.start();
    }

    public Optional<ImportJob> find(UUID id) {
        @Nullable ImportRun run = runs.getIfPresent(id);
        return Optional.ofNullable(run).map(ImportRun::job);
    }

    private static String sha256(InputStreamSource file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = file.getInputStream();
                var hashing = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(hashing);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {
        running.values().forEach(one -> one.run().stop());
        for (Running one : running.values()) {
            try {
                one.thread().join(STOP_WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
