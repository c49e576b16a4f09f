package dev.hindsight.ops.ledger;

import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Once;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import dev.hindsight.query.Parameters;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What is ordered of the ledger: a new key by operators, a time stamp brought by auditors. */
@RestController
final class LedgerEndpoint {

    private static final int LONGEST_REASON = 1_000;

    record RotationBody(@Nullable String reason) implements WriteBody {}

    private static final String STREAM = "signing-";

    private final CommandDispatch dispatch;
    private final Checkpoints checkpoints;
    private final LedgerKeys keys;

    LedgerEndpoint(CommandDispatch dispatch, Checkpoints checkpoints, LedgerKeys keys) {
        this.dispatch = dispatch;
        this.checkpoints = checkpoints;
        this.keys = keys;
    }

    /**
     * The old key signs no more when this answers, and its private half is gone. What is remembered is which key has to
     * give way: so whoever repeats the call after a crash neither has it done twice nor not at all.
     */
    @PostMapping("/ops/v1/ledger/keys")
    ResponseEntity<LedgerKeys.Published> rotateLedgerKey(
            @RequestBody(required = false) @Nullable RotationBody body, Caller caller, HttpServletRequest request) {
        String reason = body == null || body.reason() == null ? null : PlainText.line("reason", body.reason());
        if (reason != null && reason.codePointCount(0, reason.length()) > LONGEST_REASON) {
            throw new InvalidRequest("reason", "must have at most " + LONGEST_REASON + " characters");
        }
        checkpoints.make();
        String signsNow = keys.published().getLast().key();
        Answer answer = dispatch.send(Calls.of(request, caller), new Once(() -> Receipt.made(STREAM + signsNow, 1)));
        return Answers.replayed(ResponseEntity.status(HttpStatus.CREATED), answer.replayed())
                .body(checkpoints.rotateFrom(answer.receipt().id(), caller.actor(), reason));
    }

    /** Keeps a token, or an authority's response with one, beside the checkpoint. */
    @PutMapping("/api/v1/audit/checkpoints/{size}/timestamp")
    ResponseEntity<Void> attachTimestamp(@PathVariable String size, @RequestBody byte[] token, Caller caller) {
        if (!caller.is(Role.AUDITOR) && !caller.is(Role.OPERATOR)) {
            throw new Forbidden("Time stamps are attached with the role auditor or operator.");
        }
        StoredCheckpoint checkpoint = checkpoints
                .of(Parameters.natural(size).orElse(-1))
                .orElseThrow(() -> new NotFound("There is no checkpoint of this size."));
        TimestampToken checked;
        try {
            checked = TimestampToken.of(token, checkpoint.note());
        } catch (TimestampToken.Refused e) {
            throw new InvalidRequest("body", String.valueOf(e.getMessage()));
        }
        byte[] known = checkpoint.timestampToken();
        if (known != null && !Arrays.equals(known, checked.der())) {
            throw new Refusal("ALREADY_TIMESTAMPED", "The checkpoint has a time stamp; it stays.");
        }
        checkpoints.attach(checkpoint.size(), checked.der(), checked.at());
        return ResponseEntity.noContent().build();
    }
}
