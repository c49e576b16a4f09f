package dev.hindsight.query.ledger;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.ledger.CheckpointNow;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Parameters;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The ledger for auditors; operators see it too, for it holds hashes only. */
@RestController
@RequestMapping("/api/v1/audit")
public final class LedgerController {

    private static final String LATEST = "/checkpoints/latest";
    private static final String CHECKPOINTS = "checkpoints";

    /**
     * @param checkpoint the signed note
     * @param timestamp an RFC 3161 token over the note's SHA-256, base64 of DER; null where none was attached
     */
    public record CheckpointView(
            long size,
            Instant madeAt,
            String checkpoint,
            @Nullable String timestamp,
            @Nullable Instant timestampAt) {

        static CheckpointView of(StoredCheckpoint stored) {
            byte[] token = stored.timestampToken();
            return new CheckpointView(
                    stored.size(),
                    stored.madeAt(),
                    stored.note(),
                    token == null ? null : Base64.getEncoder().encodeToString(token),
                    stored.timestampAt());
        }
    }

    public record CheckpointPage(
            List<CheckpointView> items, @Nullable String nextCursor) {}

    /** @param origin the name of the log in its checkpoints */
    public record KeyList(String origin, List<LedgerKeys.Published> items) {}

    /**
     * @param leafHash of the event, base64
     * @param rootHash of the tree of this size, base64
     * @param hashes the proof of RFC 9162, 2.1.3, base64
     */
    public record InclusionProof(long position, long size, String leafHash, String rootHash, List<String> hashes) {}

    /** @param hashes the proof of RFC 9162, 2.1.4, base64 */
    public record ConsistencyProof(long from, long to, String fromRootHash, String toRootHash, List<String> hashes) {}

    private final SealedTree tree;
    private final Checkpoints checkpoints;
    private final LedgerKeys keys;
    private final CheckpointNow now;
    private final Cursors cursors;

    LedgerController(SealedTree tree, Checkpoints checkpoints, LedgerKeys keys, CheckpointNow now, Cursors cursors) {
        this.tree = tree;
        this.checkpoints = checkpoints;
        this.keys = keys;
        this.now = now;
        this.cursors = cursors;
    }

    @GetMapping("/checkpoints")
    public CheckpointPage listCheckpoints(
            Caller caller,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor) {
        needAudit(caller);
        int most = Parameters.limit(limit);
        long below = cursor == null
                ? Long.MAX_VALUE
                : Long.parseLong(cursors.open(CHECKPOINTS, cursor).getFirst());
        List<CheckpointView> page = checkpoints.below(below, most + 1).stream()
                .map(CheckpointView::of)
                .toList();
        if (page.size() <= most) {
            return new CheckpointPage(page, null);
        }
        List<CheckpointView> items = page.subList(0, most);
        return new CheckpointPage(
                items,
                cursors.seal(CHECKPOINTS, List.of(Long.toString(items.getLast().size()))));
    }

    @GetMapping(path = LATEST, produces = MediaType.APPLICATION_JSON_VALUE)
    public CheckpointView latestCheckpoint(Caller caller) {
        needAudit(caller);
        return CheckpointView.of(latest());
    }

    /** The bare note, as it is published elsewhere. */
    @GetMapping(path = LATEST, produces = "text/plain;charset=UTF-8")
    public String latestCheckpointNote(Caller caller) {
        needAudit(caller);
        return latest().note();
    }

    private StoredCheckpoint latest() {
        return checkpoints.latest().orElseThrow(() -> new NotFound("No checkpoint was made yet."));
    }

    /** Seals what is in the log now and signs it; where nothing is new, the latest one again. */
    @PostMapping("/checkpoints")
    public ResponseEntity<CheckpointView> makeCheckpoint(Caller caller) {
        needAudit(caller);
        long before = checkpoints.latest().map(StoredCheckpoint::size).orElse(0L);
        StoredCheckpoint made = now.make();
        return ResponseEntity.status(made.size() > before ? HttpStatus.CREATED : HttpStatus.OK)
                .body(CheckpointView.of(made));
    }

    @GetMapping("/keys")
    public KeyList listLedgerKeys(Caller caller) {
        needAudit(caller);
        return new KeyList(keys.origin(), keys.published());
    }

    @GetMapping("/proofs/inclusion")
    public InclusionProof proveInclusion(
            Caller caller,
            @RequestParam(required = false) @Nullable String position,
            @RequestParam(required = false) @Nullable String size) {
        needAudit(caller);
        long at = number("position", position);
        long sealed = tree.size();
        long of = size == null ? sealed : number("size", size);
        if (at < 1) {
            throw new InvalidRequest("position", "must be 1 or more");
        }
        if (of <= sealed && at > of) {
            throw new InvalidRequest("position", "must not be above size");
        }
        needSealed(Math.max(at, of), sealed);
        return tree.of(
                of,
                subtrees -> new InclusionProof(
                        at,
                        of,
                        subtrees.subtree(0, at - 1).base64(),
                        MerkleTree.root(of, subtrees).base64(),
                        base64(MerkleTree.inclusion(at - 1, of, subtrees))));
    }

    @GetMapping("/proofs/consistency")
    public ConsistencyProof proveConsistency(
            Caller caller,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to) {
        needAudit(caller);
        long older = number("from", from);
        long sealed = tree.size();
        long newer = to == null ? sealed : number("to", to);
        if (newer <= sealed && older > newer) {
            throw new InvalidRequest("from", "must not be above to");
        }
        needSealed(Math.max(older, newer), sealed);
        return new ConsistencyProof(
                older,
                newer,
                tree.root(older).base64(),
                tree.root(newer).base64(),
                base64(tree.consistency(older, newer)));
    }

    private static void needSealed(long asked, long sealed) {
        if (asked > sealed) {
            throw new Refusal(
                    "NOT_YET_SEALED",
                    "The ledger has %d events; %d is beyond. A new checkpoint seals what is in the log."
                            .formatted(sealed, asked));
        }
    }

    private static long number(String field, @Nullable String given) {
        if (given == null) {
            throw new InvalidRequest(field, "is missing");
        }
        return Parameters.natural(given.strip())
                .orElseThrow(() -> new InvalidRequest(field, "must be a whole number from 0 on"));
    }

    private static List<String> base64(List<Hash> hashes) {
        return hashes.stream().map(Hash::base64).toList();
    }

    /** @throws Forbidden for everybody but auditors and operators */
    private static void needAudit(Caller caller) {
        if (!caller.is(Role.AUDITOR) && !caller.is(Role.OPERATOR)) {
            throw new Forbidden("The ledger is read with the role auditor or operator.");
        }
    }
}
