package dev.hindsight.query.history;

import static dev.hindsight.domain.configuration.Configured.KEY;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.ticket.VersionPages;
import dev.hindsight.query.timeline.TimelineEntry;
import dev.hindsight.query.timeline.TimelinePage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Every change of what is configured, as the timeline tells a ticket's, for admins and auditors. Read from the log
 * itself, as far as the directory shows it.
 */
@RestController
public final class HistoryController {

    private final Freshness freshness;
    private final EventLog log;
    private final VersionPages pages;

    HistoryController(Freshness freshness, EventLog log, VersionPages pages) {
        this.freshness = freshness;
        this.log = log;
        this.pages = pages;
    }

    @GetMapping("/api/v1/queues/{queue}/history")
    public ResponseEntity<TimelinePage> queue(
            Caller caller,
            @PathVariable String queue,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        return keyed(caller, "queue-", queue, limit, cursor, minPosition);
    }

    @GetMapping("/api/v1/teams/{team}/history")
    public ResponseEntity<TimelinePage> team(
            Caller caller,
            @PathVariable String team,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        return keyed(caller, "team-", team, limit, cursor, minPosition);
    }

    @GetMapping("/api/v1/categories/{category}/history")
    public ResponseEntity<TimelinePage> category(
            Caller caller,
            @PathVariable String category,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        return keyed(caller, "category-", category, limit, cursor, minPosition);
    }

    @GetMapping("/api/v1/fields/{field}/history")
    public ResponseEntity<TimelinePage> field(
            Caller caller,
            @PathVariable String field,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        return keyed(caller, "field-", field, limit, cursor, minPosition);
    }

    @GetMapping("/api/v1/organizations/{organization}/history")
    public ResponseEntity<TimelinePage> organization(
            Caller caller,
            @PathVariable String organization,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        return identified(caller, "organization-", organization, limit, cursor, minPosition);
    }

    @GetMapping("/api/v1/people/{person}/history")
    public ResponseEntity<TimelinePage> person(
            Caller caller,
            @PathVariable String person,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        String id = person.equals("me") ? caller.person().toString() : person;
        return identified(caller, "person-", id, limit, cursor, minPosition);
    }

    private ResponseEntity<TimelinePage> keyed(
            Caller caller,
            String kind,
            String key,
            @Nullable String limit,
            @Nullable String cursor,
            @Nullable String minPosition) {
        needHistory(caller);
        String lower = key.toLowerCase(Locale.ROOT);
        if (!KEY.matcher(lower).matches()) {
            throw notFound();
        }
        return history(caller, kind + lower, limit, cursor, minPosition);
    }

    private ResponseEntity<TimelinePage> identified(
            Caller caller,
            String kind,
            String id,
            @Nullable String limit,
            @Nullable String cursor,
            @Nullable String minPosition) {
        needHistory(caller);
        var known = Parameters.maybeId(id).orElseThrow(HistoryController::notFound);
        return history(caller, kind + known, limit, cursor, minPosition);
    }

    /** @throws Forbidden for everybody but admins, who configure, and auditors */
    private static void needHistory(Caller caller) {
        if (!caller.is(Role.ADMIN) && !caller.is(Role.AUDITOR)) {
            throw new Forbidden("The history of configuration is read with the role admin or auditor.");
        }
    }

    private ResponseEntity<TimelinePage> history(
            Caller caller,
            String stream,
            @Nullable String limit,
            @Nullable String cursor,
            @Nullable String minPosition) {
        // Not within one snapshot: that would hold a connection while the log asks for another.
        long position = freshness.read(
                Parameters.minPosition(minPosition),
                snapshot -> snapshot.position(ReadModel.DIRECTORY),
                ReadModel.DIRECTORY);
        List<LoggedEvent> events = events(stream, position);
        if (events.isEmpty()) {
            throw notFound();
        }
        var page = pages.page(
                "history " + caller.person() + " " + stream,
                limit,
                cursor,
                (after, most) -> freshness.read(0, snapshot -> Histories.entries(snapshot, events, after, most)),
                TimelineEntry::version);
        return Freshness.answer(position).body(new TimelinePage(page.items(), page.nextCursor(), position));
    }

    private List<LoggedEvent> events(String stream, long position) {
        try (Stream<LoggedEvent> events = log.eventsOf(stream)) {
            return events.takeWhile(event -> event.position() <= position).toList();
        }
    }

    private static NotFound notFound() {
        return new NotFound("There is nothing of that name.");
    }
}
