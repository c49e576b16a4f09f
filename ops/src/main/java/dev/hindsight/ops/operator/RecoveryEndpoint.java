package dev.hindsight.ops.operator;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Once;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.rebuild.Recoveries;
import dev.hindsight.projections.rebuild.Recoveries.Order;
import dev.hindsight.projections.rebuild.Recovery;
import dev.hindsight.query.Parameters;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Operators recover to a point: what tickets and directory were then, beside what answers. The edge lets nobody else in.
 * What stands in it is read by those who may read tickets, with {@code generation}.
 */
@RestController
@RequestMapping("/ops/v1/recoveries")
final class RecoveryEndpoint {

    /**
     * One of to and position.
     *
     * @param name made of the position where it is missing
     */
    record RecoveryBody(
            @Nullable String to,
            @Nullable Long position,
            @Nullable String name,
            @Nullable String reason,
            @Nullable Integer maxRate,
            @Nullable Boolean gentle)
            implements WriteBody {}

    record RecoveryList(List<Recovery> items) {}

    private static final String STREAM = "recovery-";

    private final CommandDispatch dispatch;
    private final Recoveries recoveries;

    RecoveryEndpoint(CommandDispatch dispatch, Recoveries recoveries) {
        this.dispatch = dispatch;
        this.recoveries = recoveries;
    }

    @PostMapping
    ResponseEntity<Recovery> startRecovery(@RequestBody RecoveryBody body, Caller caller, HttpServletRequest request) {
        Instant moment = Parameters.instant("to", body.to());
        var order = new Order(
                UuidCreator.getTimeOrderedEpochPlus1(),
                moment == null ? null : moment.truncatedTo(ChronoUnit.MICROS),
                body.position(),
                body.name() == null ? null : PlainText.line("name", body.name()),
                RebuildEndpoint.reason(body.reason()),
                body.maxRate(),
                Boolean.TRUE.equals(body.gentle()),
                caller.actor());
        Answer answer = dispatch.send(
                Calls.of(request, caller),
                new Once(() -> Receipt.made(STREAM + recoveries.begin(order).id(), 1)));
        Recovery begun = recoveries.find(UUID.fromString(answer.receipt().id())).orElseThrow();
        return Answers.replayed(ResponseEntity.status(HttpStatus.ACCEPTED), answer.replayed())
                .header("Location", "/ops/v1/recoveries/" + begun.name())
                .body(begun);
    }

    @GetMapping
    RecoveryList listRecoveries() {
        return new RecoveryList(recoveries.list());
    }

    @GetMapping("/{name}")
    Recovery readRecovery(@PathVariable String name) {
        return recoveries.read(name);
    }

    /** Gone when this answers; one that is still being made is ended first, which the job's node does. */
    @DeleteMapping("/{name}")
    ResponseEntity<Recovery> dropRecovery(@PathVariable String name, Caller caller) {
        Recovery left = recoveries.drop(name, caller.actor());
        return left.state() == Recovery.State.DROPPED
                ? ResponseEntity.noContent().build()
                : ResponseEntity.status(HttpStatus.ACCEPTED).body(left);
    }
}
