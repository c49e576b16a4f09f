package dev.hindsight.ops.operator;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.IdempotencyMismatch;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.rebuild.Recoveries;
import dev.hindsight.projections.rebuild.Recoveries.Order;
import dev.hindsight.projections.rebuild.Recovery;
import dev.hindsight.query.Parameters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
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

    private final Recoveries recoveries;

    RecoveryEndpoint(Recoveries recoveries) {
        this.recoveries = recoveries;
    }

    @PostMapping
    ResponseEntity<Recovery> startRecovery(
            @RequestBody RecoveryBody body,
            @RequestHeader(name = Calls.IDEMPOTENCY_KEY, required = false) @Nullable String key,
            Caller caller) {
        Instant moment = Parameters.instant("to", body.to());
        var order = new Order(
                key == null
                        ? UuidCreator.getTimeOrderedEpochPlus1()
                        : UUID.nameUUIDFromBytes(
                                ("recovery\n" + caller.person() + "\n" + key).getBytes(StandardCharsets.UTF_8)),
                moment == null ? null : moment.truncatedTo(ChronoUnit.MICROS),
                body.position(),
                body.name() == null ? null : PlainText.line("name", body.name()),
                RebuildEndpoint.reason(body.reason()),
                body.maxRate(),
                Boolean.TRUE.equals(body.gentle()),
                caller.actor());
        Recovery known = key == null ? null : recoveries.find(order.id()).orElse(null);
        if (known != null && !isSame(known, order)) {
            throw new IdempotencyMismatch();
        }
        return accepted(known == null ? recoveries.begin(order) : known);
    }

    private static boolean isSame(Recovery known, Order order) {
        return Objects.equals(known.to(), order.to())
                && (order.position() == null || order.position() == known.position())
                && (order.name() == null || order.name().equals(known.name()))
                && Objects.equals(known.reason(), order.reason());
    }

    private static ResponseEntity<Recovery> accepted(Recovery recovery) {
        return ResponseEntity.status(HttpStatus.ACCEPTED)
                .header("Location", "/ops/v1/recoveries/" + recovery.name())
                .body(recovery);
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
