package dev.hindsight.query;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Grants;
import dev.hindsight.projections.readmodel.Parked;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.Snapshot;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;

/**
 * Reads that say how fresh they are and wait for what the caller wants to see. No database connection is held while
 * waiting. Safe for concurrent use.
 */
public final class Freshness {

    public static final String POSITION_HEADER = "Hindsight-Position";
    public static final String PARKED_HEADER = "Hindsight-Parked-At";
    public static final String GENERATION_HEADER = "Hindsight-Generation";
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ReadModels models;
    private final FreshnessGate gate;
    /** Once it is there it stays. */
    private volatile boolean pastMade;

    public Freshness(ReadModels models, FreshnessGate gate) {
        this.models = models;
        this.gate = gate;
    }

    /**
     * Answers from one snapshot that includes the position in these models.
     *
     * @param minPosition 0 for whatever is there
     * @throws Unavailable NOT_YET_PROJECTED where that takes longer than 2 s
     */
    public <T> T read(long minPosition, Function<Snapshot, T> question, ReadModel... of) {
        return read(null, minPosition, question, of);
    }

    /**
     * Answers a caller from one snapshot that includes the position in these models, and that knows what was granted to
     * the caller.
     *
     * @param minPosition 0 for whatever is there
     * @throws Unavailable NOT_YET_PROJECTED where that takes longer than 2 s
     */
    public <T> T readFor(Caller caller, long minPosition, Function<Snapshot, T> question, ReadModel... of) {
        return read(new Grants.Holder(caller.person(), caller.requesters()), minPosition, question, of);
    }

    /**
     * The same of a moment of the past, which the models must include, and of {@link ReadModel#TICKET_PAST} beside them.
     *
     * @param moment null for now
     * @throws Unavailable PAST_NOT_READY while the past is made for the first time
     */
    public <T> T readFor(
            Caller caller,
            long minPosition,
            @Nullable PastMoment moment,
            Function<Snapshot, T> question,
            ReadModel... of) {
        if (moment == null) {
            return readFor(caller, minPosition, question, of);
        }
        if (!pastMade) {
            pastMade = models.read(snapshot -> snapshot.made(ReadModel.TICKET_PAST));
        }
        if (!pastMade) {
            throw new Unavailable(
                    "PAST_NOT_READY",
                    "What tickets were like before is still being read from the log; GET /ops/v1/jobs tells how far it is.",
                    30);
        }
        ReadModel[] models = Arrays.copyOf(of, of.length + 1);
        models[of.length] = ReadModel.TICKET_PAST;
        return readFor(caller, Math.max(minPosition, moment.upTo()), question, models);
    }

    /**
     * The same from what was recovered to a point, where one is named; that has tickets and directory alone.
     *
     * @param generation null for what answers
     * @throws InvalidRequest for a minPosition that it does not include and never will
     */
    public <T> T readFor(
            Caller caller,
            long minPosition,
            @Nullable String generation,
            Function<Snapshot, T> question,
            ReadModel... of) {
        if (generation == null) {
            return readFor(caller, minPosition, question, of);
        }
        return models.readRecovered(generation, new Grants.Holder(caller.person(), caller.requesters()), snapshot -> {
            for (ReadModel model : of) {
                if (snapshot.position(model) < minPosition) {
                    throw new InvalidRequest(
                            "minPosition", "lies beyond the generation, which ends at " + snapshot.position(model));
                }
            }
            return question.apply(snapshot);
        });
    }

    /**
     * The same of any moment: of what is there now, of the past, or from what was recovered.
     *
     * @param past what the log tells of the moment
     */
    public <T> T readFor(
            Caller caller,
            long minPosition,
            Moment moment,
            @Nullable PastMoment past,
            Function<Snapshot, T> question,
            ReadModel... of) {
        return moment.generation() != null
                ? readFor(caller, minPosition, moment.generation(), question, of)
                : readFor(caller, minPosition, past, question, of);
    }

    private <T> T read(
            Grants.@Nullable Holder holder, long minPosition, Function<Snapshot, T> question, ReadModel... of) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            await(minPosition, end, of);
            Optional<T> answer = models.read(
                    holder,
                    snapshot -> includes(snapshot, minPosition, of)
                            ? Optional.of(question.apply(snapshot))
                            : Optional.empty());
            if (answer.isPresent()) {
                return answer.get();
            }
        }
    }

    /**
     * Answers what is known to be on its way: asks again as a model moves on.
     *
     * @param arrives the model in which it appears
     * @return empty where it is not there after 2 s
     */
    public <T> Optional<T> awaited(Caller caller, Function<Snapshot, Optional<T>> question, ReadModel arrives) {
        record Seen<T>(Optional<T> answer, long position) {}
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Seen<T> seen =
                    readFor(caller, 0, snapshot -> new Seen<>(question.apply(snapshot), snapshot.position(arrives)));
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (seen.answer().isPresent() || !gate.await(arrives, seen.position() + 1, left)) {
                return seen.answer();
            }
        }
    }

    /** Asks the snapshot itself: what the gate remembers can have been taken back by a crash of the database. */
    private boolean includes(Snapshot snapshot, long minPosition, ReadModel... of) {
        boolean all = true;
        for (ReadModel model : of) {
            if (minPosition > 0 && snapshot.position(model) < minPosition) {
                gate.fellBack(model, snapshot.position(model));
                all = false;
            }
        }
        return all;
    }

    /** Waits until the models include the position. */
    private void await(long minPosition, long end, ReadModel... of) {
        for (ReadModel model : of) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (minPosition > 0 && !gate.await(model, minPosition, left)) {
                throw new Unavailable(
                        "NOT_YET_PROJECTED", "Position " + minPosition + " is not visible yet; ask again shortly.", 1);
            }
        }
    }

    /** An answer that is right up to this position. */
    public static BodyBuilder answer(long position) {
        return ResponseEntity.ok().header(POSITION_HEADER, Long.toString(position));
    }

    /**
     * The same, and which generation it shows.
     *
     * @param generation null for the one that answers, of which nothing is said
     */
    public static BodyBuilder answer(long position, @Nullable String generation) {
        BodyBuilder answer = answer(position);
        return generation == null ? answer : answer.header(GENERATION_HEADER, generation);
    }

    /** Says that the ticket stands still in this read model, and since when. */
    public static void parked(BodyBuilder answer, Parked parked) {
        answer.header(
                PARKED_HEADER,
                parked.firstPosition() + "; since=" + parked.since().truncatedTo(ChronoUnit.MICROS));
    }

    /** @throws Unavailable PARKED where the caller wants to see more than what the parked ticket shows */
    public static void refuseBeyond(Parked parked, long minPosition) {
        if (minPosition >= parked.firstPosition()) {
            throw parkedBefore(parked);
        }
    }

    public static Unavailable parkedBefore(Parked parked) {
        return new Unavailable(
                "PARKED",
                "This ticket stands still before position " + parked.firstPosition() + " since "
                        + parked.since().truncatedTo(ChronoUnit.SECONDS)
                        + "; an operator has to release it. Without minPosition you get what is known.",
                60);
    }
}
