package dev.hindsight.query.reports;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketFilter;
import dev.hindsight.query.tickets.TicketLists;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Measures of the past, for those who work tickets, auditors, and admins as far as queues were granted to them. */
@RestController
public final class ReportController {

    private static final Duration LONGEST = Duration.ofDays(3_660);

    private final Freshness freshness;
    private final EventLog log;
    private final List<Measure> measures;
    private final Reports reports = new Reports();

    public ReportController(Freshness freshness, EventLog log, List<Measure> measures) {
        this.freshness = freshness;
        this.log = log;
        this.measures = measures;
    }

    @GetMapping("/api/v1/reports/{measure}")
    public ResponseEntity<Object> report(
            Caller caller,
            @PathVariable String measure,
            @ModelAttribute ReportRequest request,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept) {
        if (!caller.readsAllTickets() && !caller.is(Role.ADMIN)) {
            throw new Forbidden("Reports are made for the roles agent, supervisor, auditor and admin.");
        }
        Measure known = measures.stream()
                .filter(one -> one.name().equals(measure))
                .findFirst()
                .orElseThrow(() -> new NotFound("There is no such measure."));
        boolean csv = csv(request.format(), accept);
        Report report = report(caller, known, request);
        return csv
                ? Freshness.answer(report.position())
                        .contentType(MediaType.parseMediaType("text/csv;charset=UTF-8"))
                        .body(CsvReport.of(report))
                : Freshness.answer(report.position())
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(report);
    }

    private Report report(Caller caller, Measure measure, ReportRequest request) {
        Instant now = Instant.now();
        Instant from = Parameters.instant("from", request.from());
        Instant asked = Parameters.instant("to", request.to());
        Instant to = asked == null ? Objects.requireNonNull(Parameters.instant("to", now.toString())) : asked;
        if (from == null) {
            throw new InvalidRequest("from", "must be an instant or a day");
        } else if (to.isAfter(now)) {
            throw new InvalidRequest("to", "must not lie in the future");
        } else if (!from.isBefore(to)) {
            throw new InvalidRequest("to", "must come behind from");
        } else if (Duration.between(from, to).compareTo(LONGEST) > 0) {
            throw new InvalidRequest("from", "must not lie more than ten years before to");
        }
        List<Dimension> by = Reports.by(measure, Dimension.of(request.by()));
        TicketFilter filter = TicketFilter.of(request.filters(), caller);
        PastMoment end = Objects.requireNonNull(PastMoment.of(new Moment(to, null, null, null), log));
        TicketSource source = new TicketSource(end);
        return freshness.readFor(
                caller,
                Parameters.minPosition(request.minPosition()),
                end,
                snapshot -> {
                    Visibility visibility = Visibility.of(snapshot, caller);
                    var question = new Reports.Question(measure, by, filter.condition(source), from, to, end.named());
                    return new Report(
                            measure.name(),
                            measure.kind() == Measure.Kind.LASTED || measure.seconds(TicketSource.states()) != null
                                    ? "seconds"
                                    : "count",
                            from,
                            to,
                            by.stream().map(Dimension::word).toList(),
                            reports.lines(snapshot, visibility, question),
                            snapshot.position(source.model()),
                            TicketLists.parked(snapshot, source, visibility));
                },
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
    }

    private static boolean csv(@Nullable String format, @Nullable String accept) {
        if (format == null) {
            return accept != null && accept.strip().toLowerCase(Locale.ROOT).startsWith("text/csv");
        } else if (!format.equals("csv") && !format.equals("json")) {
            throw new InvalidRequest("format", "must be json or csv");
        }
        return format.equals("csv");
    }
}
