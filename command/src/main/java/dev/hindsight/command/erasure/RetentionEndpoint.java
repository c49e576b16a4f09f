package dev.hindsight.command.erasure;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ConfigurationAnswer;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.configuration.ConfigurationCommand.PutRetentionRules;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.erasure.ErasureAnswer.Obstacle;
import dev.hindsight.command.erasure.ErasureCommand.RunRetention;
import dev.hindsight.command.erasure.RetentionRuns.Run;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.configuration.Configured;
import dev.hindsight.domain.configuration.RetentionRule;
import dev.hindsight.domain.people.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admins say when tickets' contents are erased, look what that means, and have it done now. */
@RestController
@RequestMapping("/api/v1/retention-rules")
public final class RetentionEndpoint {

    private static final int MOST_RULES = 100;
    private static final int MOST_LISTED = 1_000;

    /** @param after ISO-8601 period */
    record RuleBody(
            @Nullable String key,
            @Nullable String after,
            @Nullable String queue,
            @Nullable String category) implements WriteBody {}

    record RulesBody(@Nullable List<@Nullable RuleBody> rules) implements WriteBody {}

    record RunBody(@Nullable Boolean dryRun) implements WriteBody {}

    /** A rule as it is told. */
    record Rule(
            String key,
            String after,
            @Nullable String queue,
            @Nullable String category) {
        static Rule of(RetentionRule rule) {
            return new Rule(rule.key(), rule.after().toString(), rule.queue(), rule.category());
        }
    }

    /** @param lastRun null before the first */
    record RuleList(List<Rule> rules, @Nullable RunAnswer lastRun) {}

    /**
     * A pass, or what one would meet.
     *
     * @param id null for a dry run
     * @param due tickets that are listed by a dry run, at most 1000 of them
     */
    record RunAnswer(
            @Nullable UUID id,
            boolean dryRun,
            @Nullable Instant askedAt,
            @Nullable Instant finishedAt,
            long erased,
            long held,
            @Nullable String fault,
            List<DueTicket> due) {
        static RunAnswer of(Run run) {
            return new RunAnswer(
                    run.id(), false, run.askedAt(), run.finishedAt(), run.erased(), run.held(), run.fault(), List.of());
        }
    }

    record DueTicket(UUID ticketId, String number, String rule, Instant endedAt, List<Obstacle> waitsFor) {}

    private final CommandDispatch dispatch;
    private final KnownConfiguration configuration;
    private final Retention retention;
    private final RetentionRuns runs;
    private final Runnable onRun;
    private final Clock clock;

    /** @param onRun told when a pass was asked for */
    public RetentionEndpoint(
            CommandDispatch dispatch,
            KnownConfiguration configuration,
            Retention retention,
            RetentionRuns runs,
            Runnable onRun,
            Clock clock) {
        this.dispatch = dispatch;
        this.configuration = configuration;
        this.retention = retention;
        this.runs = runs;
        this.onRun = onRun;
        this.clock = clock;
    }

    @GetMapping
    RuleList listRetentionRules(Caller caller) {
        Admin.only(caller);
        return new RuleList(
                retention.rules().stream().map(Rule::of).toList(),
                runs.last().map(RunAnswer::of).orElse(null));
    }

    @PutMapping
    ResponseEntity<ConfigurationAnswer> putRetentionRules(
            @RequestBody RulesBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        var rules = new ArrayList<RetentionRule>();
        var keys = new HashSet<String>();
        var given = Given.required("rules", body.rules());
        if (given.size() > MOST_RULES) {
            throw new InvalidRequest("rules", "must be at most " + MOST_RULES);
        }
        for (RuleBody each : given) {
            RuleBody rule = Given.required("rules", each);
            String key = Configured.key("rules.key", Given.required("rules.key", rule.key()));
            if (!keys.add(key)) {
                throw new InvalidRequest("rules.key", "must differ from each other");
            }
            rules.add(new RetentionRule(
                    key,
                    RetentionRule.period("rules.after", Given.required("rules.after", rule.after())),
                    rule.queue() == null ? null : configuration.queue("rules.queue", rule.queue()),
                    rule.category() == null ? null : configuration.category("rules.category", rule.category())));
        }
        var answer = dispatch.send(Calls.of(request, caller), new PutRetentionRules(rules, clock.instant()));
        configuration.forget(ConfigurationEvent.RETENTION);
        return ConfigurationAnswer.tell(answer, "/api/v1/");
    }

    @PostMapping("/run")
    ResponseEntity<RunAnswer> runRetention(@RequestBody RunBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        if (Given.required("dryRun", body.dryRun())) {
            List<DueTicket> due = retention.due(MOST_LISTED).stream()
                    .map(its -> new DueTicket(
                            its.ticket().id(),
                            "HD-" + its.ticket().number(),
                            its.rule(),
                            its.ticket().endedAt(),
                            its.holds().stream().map(Obstacle::of).toList()))
                    .toList();
            long held = due.stream().filter(its -> !its.waitsFor().isEmpty()).count();
            return ResponseEntity.ok(new RunAnswer(null, true, null, null, 0, held, null, due));
        }
        Answer answer = dispatch.send(
                Calls.of(request, caller), new RunRetention(UuidCreator.getTimeOrderedEpochPlus1(), caller.person()));
        onRun.run();
        var response = ResponseEntity.status(HttpStatus.ACCEPTED);
        if (answer.replayed()) {
            response.header(Answers.REPLAYED, "true");
        }
        return response.body(
                RunAnswer.of(runs.read(UUID.fromString(answer.receipt().id()))));
    }
}
