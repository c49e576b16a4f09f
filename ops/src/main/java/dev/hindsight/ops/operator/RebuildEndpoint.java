package dev.hindsight.ops.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.rebuild.Job;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.Jobs;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Operators rebuild and verify read models. The edge lets nobody else in. */
@RestController
@RequestMapping("/ops/v1")
final class RebuildEndpoint {

    /** @param switchTo auto or manual */
    record RebuildBody(
            @Nullable Integer maxRate,
            @Nullable Boolean gentle,
            @JsonProperty("switch") @Nullable String switchTo) implements WriteBody {}

    /**
     * @param models all where it is missing
     * @param onePass those made from the log are filled from one reading of it
     */
    record RebuildsBody(
            @Nullable List<@Nullable String> models,
            @Nullable Integer maxRate,
            @Nullable Boolean gentle,
            @Nullable Boolean onePass,
            @JsonProperty("switch") @Nullable String switchTo)
            implements WriteBody {}

    record VerificationBody(
            @Nullable Integer maxRate, @Nullable Boolean gentle) implements WriteBody {}

    /** @param maxRate null lifts the limit, missing leaves it */
    record PaceBody(@Nullable JsonNode maxRate, @Nullable Boolean gentle) implements WriteBody {}

    record SwitchBody(@Nullable Boolean force, @Nullable String reason) implements WriteBody {}

    record SwitchBackBody(@Nullable Boolean now, @Nullable String reason) implements WriteBody {}

    /** Of read models, and reversions. */
    record JobList(List<?> items) {}

    private static final int LONGEST_REASON = 1_000;
    private static final int MOST_LISTED = 200;

    private final Jobs jobs;
    private final ReversionEndpoint reversions;
    private final TransactionOperations transactions;

    RebuildEndpoint(Jobs jobs, ReversionEndpoint reversions, TransactionOperations transactions) {
        this.jobs = jobs;
        this.reversions = reversions;
        this.transactions = transactions;
    }

    @PostMapping("/projections/{name}/rebuilds")
    ResponseEntity<Job> startRebuild(
            @PathVariable String name, @RequestBody(required = false) @Nullable RebuildBody body, Caller caller) {
        var wish = body == null ? wish(null, null, null) : wish(body.maxRate(), body.gentle(), body.switchTo());
        return accepted(start(Kind.REBUILD, name, wish, caller));
    }

    /** All or none begin. */
    @PostMapping("/rebuilds")
    ResponseEntity<JobList> startRebuilds(@RequestBody(required = false) @Nullable RebuildsBody body, Caller caller) {
        var wish = body == null ? wish(null, null, null) : wish(body.maxRate(), body.gentle(), body.switchTo());
        List<String> models = body == null || body.models() == null
                ? jobs.rebuildable()
                : body.models().stream()
                        .map(model -> Given.required("models", model))
                        .distinct()
                        .toList();
        if (models.isEmpty()) {
            throw new InvalidRequest("models", "must name at least one model");
        }
        boolean onePass = body != null && Boolean.TRUE.equals(body.onePass());
        List<Job> begun = transactions.execute(status ->
                jobs.startTogether(UuidCreator::getTimeOrderedEpochPlus1, models, onePass, wish, caller.actor()));
        return ResponseEntity.status(HttpStatus.ACCEPTED).body(new JobList(Objects.requireNonNull(begun)));
    }

    @PostMapping("/projections/{name}/verifications")
    ResponseEntity<Job> startVerification(
            @PathVariable String name, @RequestBody(required = false) @Nullable VerificationBody body, Caller caller) {
        var wish = body == null ? wish(null, null, null) : wish(body.maxRate(), body.gentle(), null);
        return accepted(start(Kind.VERIFICATION, name, wish, caller));
    }

    private Job start(Kind kind, String name, Wish wish, Caller caller) {
        return jobs.start(UuidCreator.getTimeOrderedEpochPlus1(), kind, name, wish, caller.actor());
    }

    private static Wish wish(@Nullable Integer maxRate, @Nullable Boolean gentle, @Nullable String switchTo) {
        var mode = switchTo == null ? "auto" : switchTo.strip().toLowerCase(Locale.ROOT);
        return new Wish(
                maxRate,
                Boolean.TRUE.equals(gentle),
                switch (mode) {
                    case "auto" -> SwitchMode.AUTO;
                    case "manual" -> SwitchMode.MANUAL;
                    default -> throw new InvalidRequest("switch", "must be auto or manual");
                });
    }

    /** The answer to an order that a job carries out. */
    static ResponseEntity<Job> accepted(Job job) {
        return ResponseEntity.status(HttpStatus.ACCEPTED)
                .header("Location", "/ops/v1/jobs/" + job.id())
                .body(job);
    }

    @DeleteMapping("/projections/{name}/generations/{generation}")
    ResponseEntity<Void> dropGeneration(@PathVariable String name, @PathVariable int generation) {
        jobs.drop(name, generation);
        return ResponseEntity.noContent().build();
    }

    @GetMapping("/jobs")
    JobList listJobs() {
        var all = new TreeMap<Instant, Object>(Comparator.reverseOrder());
        jobs.list().forEach(job -> all.put(free(all, job.createdAt()), job));
        reversions.jobs().forEach(job -> all.put(free(all, job.createdAt()), job));
        return new JobList(all.values().stream().limit(MOST_LISTED).toList());
    }

    /** Two that began in the same moment are both told. */
    private static Instant free(Map<Instant, Object> taken, Instant at) {
        var moment = at;
        while (taken.containsKey(moment)) {
            moment = moment.minusNanos(1);
        }
        return moment;
    }

    @GetMapping("/jobs/{jobId}")
    Object readJob(@PathVariable String jobId) {
        UUID id = Given.id("jobId", jobId);
        return reversions.has(id) ? reversions.job(id) : jobs.read(id);
    }

    @PatchMapping("/jobs/{jobId}")
    Job changeJob(@PathVariable String jobId, @RequestBody PaceBody body) {
        var rate = body.maxRate();
        if (rate != null && !rate.isNull() && !rate.isInt()) {
            throw new InvalidRequest("maxRate", "must be a whole number or null");
        }
        return jobs.pace(
                Given.id("jobId", jobId),
                body.gentle(),
                rate != null,
                rate == null || rate.isNull() ? null : rate.intValue());
    }

    @PostMapping("/jobs/{jobId}/pause")
    ResponseEntity<?> pauseJob(@PathVariable String jobId) {
        UUID id = Given.id("jobId", jobId);
        return reversions.has(id) ? reversions.pause(id) : accepted(jobs.pause(id));
    }

    @PostMapping("/jobs/{jobId}/resume")
    ResponseEntity<?> resumeJob(@PathVariable String jobId) {
        UUID id = Given.id("jobId", jobId);
        return reversions.has(id) ? reversions.resume(id) : accepted(jobs.resume(id));
    }

    @PostMapping("/jobs/{jobId}/cancel")
    ResponseEntity<?> cancelJob(@PathVariable String jobId, Caller caller) {
        UUID id = Given.id("jobId", jobId);
        return reversions.has(id) ? reversions.cancel(id) : accepted(jobs.cancel(id, caller.actor()));
    }

    @PostMapping("/jobs/{jobId}/switch")
    ResponseEntity<Job> switchJob(
            @PathVariable String jobId, @RequestBody(required = false) @Nullable SwitchBody body, Caller caller) {
        return accepted(jobs.switchOver(
                Given.id("jobId", jobId),
                body != null && Boolean.TRUE.equals(body.force()),
                reason(body == null ? null : body.reason()),
                caller.actor()));
    }

    @PostMapping("/jobs/{jobId}/switch-back")
    ResponseEntity<Job> switchBackJob(
            @PathVariable String jobId, @RequestBody(required = false) @Nullable SwitchBackBody body, Caller caller) {
        return accepted(jobs.switchBack(
                Given.id("jobId", jobId),
                body != null && Boolean.TRUE.equals(body.now()),
                reason(body == null ? null : body.reason()),
                caller.actor()));
    }

    /** @throws InvalidRequest where it is too long or no line of text */
    static @Nullable String reason(@Nullable String given) {
        if (given != null && given.codePointCount(0, given.length()) > LONGEST_REASON) {
            throw new InvalidRequest("reason", "must have at most " + LONGEST_REASON + " characters");
        }
        return given == null ? null : PlainText.line("reason", given);
    }
}
