package dev.hindsight.ops.operator;

import dev.hindsight.command.reversion.Criteria;
import dev.hindsight.command.reversion.Reversion;
import dev.hindsight.command.reversion.Reversion.Outcome;
import dev.hindsight.command.reversion.Reversion.Phase;
import dev.hindsight.command.reversion.Reversion.State;
import dev.hindsight.command.reversion.Reversions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A mass reversion as operators see it: the same members as every job, of which those of read models are null.
 *
 * @param percent of the whole, 0 to 100; finding counts for a fifth
 * @param done of this phase: positions while phase is FINDING, else tickets
 * @param rate of this phase, a second
 * @param position up to which events are looked for
 */
record ReversionJob(
        UUID id,
        String kind,
        @Nullable String model,
        @Nullable Integer generation,
        @Nullable Integer previousGeneration,
        State state,
        Phase phase,
        double percent,
        long done,
        long total,
        double rate,
        @Nullable Instant eta,
        long position,
        @Nullable String switchMode,
        boolean gentle,
        @Nullable Integer maxRate,
        @Nullable Double switchMillis,
        @Nullable Object report,
        @Nullable String error,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable Object repair,
        @Nullable UUID pass,
        Details reversion) {

    private static final double FINDING = 20;

    /**
     * What it is about.
     *
     * @param correlationId of every event that it appends: with it the reversion itself can be reverted
     * @param tickets how many have become what
     */
    record Details(
            Criteria criteria,
            boolean includeMoved,
            boolean dryRun,
            String reason,
            @Nullable UUID orderedBy,
            @Nullable UUID approvedBy,
            String correlationId,
            long found,
            Map<Outcome, Long> tickets) {}

    static ReversionJob of(Reversion job, Reversions reversions) {
        boolean finding = job.phase() == Phase.FINDING;
        long done = finding ? job.reached() : job.done();
        long total = finding ? job.upTo() : job.total();
        double part = total == 0 ? 1 : (double) done / total;
        double percent =
                switch (job.phase()) {
                    case FINDING -> FINDING * part;
                    case REVERTING -> FINDING + (100 - FINDING) * part;
                    case RECORDING, OVER -> 100;
                };
        double rate = job.phaseMillis() == 0 ? 0 : done * 1_000.0 / job.phaseMillis();
        return new ReversionJob(
                job.id(),
                "REVERSION",
                null,
                null,
                null,
                job.state(),
                job.phase(),
                Math.round(percent * 10) / 10.0,
                done,
                total,
                Math.round(rate * 10) / 10.0,
                eta(job, total - done, rate),
                job.upTo(),
                null,
                false,
                null,
                null,
                null,
                job.error(),
                job.orderedAt(),
                job.endedAt(),
                null,
                null,
                new Details(
                        job.criteria(),
                        job.includeMoved(),
                        job.dryRun(),
                        job.reason(),
                        job.orderedBy().person(),
                        job.approvedBy(),
                        job.id().toString(),
                        job.total(),
                        reversions.counts(job.id())));
    }

    /** Counted from when its figures were true. */
    private static @Nullable Instant eta(Reversion job, long left, double rate) {
        Instant since = job.progressedAt();
        return job.state() != State.RUNNING || since == null || rate == 0
                ? null
                : since.plus(Duration.ofMillis(Math.round(left * 1_000 / rate))).truncatedTo(ChronoUnit.MILLIS);
    }
}
