package dev.hindsight.ops.audit;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.desk.TicketSelection;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.command.imports.OperationsHandler.RecordOperation;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.operations.OperationsEvent.AuditExportMade;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.query.Accessed;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.ticket.TicketReader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Auditors take parts of the log with them, as bundles that prove themselves. */
@RestController
@RequestMapping("/api/v1/audit/exports")
final class AuditExportEndpoint {

    private static final String BUNDLE = "application/zip";
    private static final int MOST_TICKETS = 200;

    private final AuditExports exports;
    private final TicketSelection selection;
    private final TicketReader reader;
    private final CommandDispatch dispatch;
    private final Remembered remembered;

    AuditExportEndpoint(
            AuditExports exports,
            TicketSelection selection,
            TicketReader reader,
            CommandDispatch dispatch,
            Remembered remembered) {
        this.exports = exports;
        this.selection = selection;
        this.reader = reader;
        this.dispatch = dispatch;
        this.remembered = remembered;
    }

    /**
     * Exactly one of tickets, filter, and from with to.
     *
     * @param tickets ids or numbers
     * @param filter as of the list of tickets
     * @param complete true unless said otherwise
     * @param personal true unless said otherwise
     */
    record ExportBody(
            @Nullable List<@Nullable String> tickets,
            @Nullable Map<String, String> filter,
            @Nullable String from,
            @Nullable String to,
            @Nullable Boolean complete,
            @Nullable Boolean personal,
            @Nullable Long checkpointSize,
            @Nullable String reason)
            implements WriteBody {}

    /**
     * @param from first position of the range whose headers are all in the bundle; null where there is none
     * @param to last position of it
     * @param size of the checkpoint
     * @param bundle where the bundle is fetched
     */
    record ExportAnswer(
            UUID id,
            Instant madeAt,
            List<String> streams,
            @Nullable Long from,
            @Nullable Long to,
            long size,
            boolean complete,
            boolean personal,
            String reason,
            String bundle) {}

    @PostMapping
    ResponseEntity<ExportAnswer> export(@RequestBody ExportBody body, Caller caller, HttpServletRequest request) {
        mayExport(caller);
        Call call = Calls.of(request, caller);
        // A repeated call must not depend on what its tickets have become.
        UUID earlier = remembered
                .earlier(call.key())
                .map(AuditExportEndpoint::exportOf)
                .orElse(null);
        if (earlier != null) {
            return created(exports.find(earlier), true);
        }
        AuditExportMade made = exports.make(UuidCreator.getTimeOrderedEpoch(), asked(body, caller));
        Answer answer = dispatch.send(call, new RecordOperation(made));
        return created(answer.replayed() ? exports.find(exportOf(answer.receipt())) : made, answer.replayed());
    }

    private AuditExports.Request asked(ExportBody body, Caller caller) {
        boolean timed = body.from() != null || body.to() != null;
        long given = Stream.of(body.tickets(), body.filter())
                        .filter(Objects::nonNull)
                        .count()
                + (timed ? 1 : 0);
        if (given != 1) {
            throw new InvalidRequest("tickets", "give one of tickets, filter, or from and to");
        }
        List<String> streams = timed ? List.of() : streams(body, caller);
        return new AuditExports.Request(
                streams,
                timed ? instant("from", body.from()) : null,
                timed ? instant("to", body.to()) : null,
                !Boolean.FALSE.equals(body.complete()),
                !Boolean.FALSE.equals(body.personal()),
                body.checkpointSize(),
                PlainText.line("reason", Given.required("reason", body.reason())));
    }

    private static UUID exportOf(Receipt receipt) {
        return UUID.fromString(receipt.stream().substring(AuditExportMade.STREAM.length()));
    }

    private static ResponseEntity<ExportAnswer> created(AuditExportMade made, boolean replayed) {
        Accessed.export(made.exportId());
        ExportAnswer answer = answer(made);
        return Answers.replayed(ResponseEntity.created(URI.create(answer.bundle())), replayed)
                .body(answer);
    }

    private static void mayExport(Caller caller) {
        if (!caller.is(Role.AUDITOR)) {
            throw new Forbidden("Only auditors take exports.");
        }
    }

    private List<String> streams(ExportBody body, Caller caller) {
        List<UUID> tickets = body.filter() == null
                ? named(Objects.requireNonNull(body.tickets()), caller)
                : selection.select(caller, body.filter(), MOST_TICKETS);
        if (tickets.isEmpty()) {
            throw new InvalidRequest(body.filter() == null ? "tickets" : "filter", "names no ticket");
        }
        return tickets.stream().map(AuditExports::stream).toList();
    }

    private List<UUID> named(List<@Nullable String> given, Caller caller) {
        if (given.size() > MOST_TICKETS) {
            throw new InvalidRequest("tickets", "must be at most " + MOST_TICKETS + "; a time takes any number");
        }
        Set<UUID> ids = new LinkedHashSet<>();
        for (String one : given) {
            String ticket = Given.required("tickets", one);
            ids.add(Parameters.maybeId(ticket)
                    .filter(exports::has)
                    .or(() -> numbered(ticket, caller))
                    .orElseThrow(() ->
                            new InvalidRequest("tickets", "there is no ticket " + PlainText.line("tickets", ticket))));
        }
        return List.copyOf(ids);
    }

    private Optional<UUID> numbered(String number, Caller caller) {
        try {
            return Optional.of(reader.read(caller, number, null, (snapshot, ticket) -> ticket.id())
                    .body());
        } catch (NotFound unknown) {
            return Optional.empty();
        }
    }

    private static Instant instant(String field, @Nullable String given) {
        return Given.required(field, Parameters.instant(field, given));
    }

    /** The bundle, made while it is sent, for whoever accepts {@code application/zip}; what was asked for to everybody else. */
    @GetMapping("/{exportId}")
    @Nullable
    ResponseEntity<ExportAnswer> getExport(
            @PathVariable String exportId, Caller caller, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        mayExport(caller);
        AuditExportMade export = exports.find(Given.id("exportId", exportId));
        Accessed.export(export.exportId());
        if (Collections.list(request.getHeaders(HttpHeaders.ACCEPT)).stream().noneMatch(one -> one.contains(BUNDLE))) {
            return ResponseEntity.ok(answer(export));
        }
        response.setContentType(BUNDLE);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename("hindsight-export-" + export.exportId() + ".zip")
                        .build()
                        .toString());
        exports.write(export, response.getOutputStream());
        return null;
    }

    private static ExportAnswer answer(AuditExportMade made) {
        boolean ranged = made.to() > 0;
        return new ExportAnswer(
                made.exportId(),
                made.at(),
                made.streams(),
                ranged ? made.from() : null,
                ranged ? made.to() : null,
                made.size(),
                ranged,
                made.personal(),
                made.reason(),
                "/api/v1/audit/exports/" + made.exportId());
    }
}
