package dev.hindsight.query.directory;

import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A person: everybody sees themselves, requesters else only who they meet on their tickets. */
@RestController
public final class PersonController {

    private final Freshness freshness;

    public PersonController(Freshness freshness) {
        this.freshness = freshness;
    }

    @GetMapping("/api/v1/people/{person}")
    public ResponseEntity<Person> person(
            Caller caller,
            @PathVariable String person,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        if (person.equals("me") && generation == null) {
            return me(caller, Parameters.minPosition(minPosition));
        }
        UUID id = person.equals("me")
                ? caller.person()
                : Parameters.maybeId(person).orElseThrow(PersonController::notFound);
        return freshness.readFor(
                caller,
                Parameters.minPosition(minPosition),
                Moment.ofGeneration(generation).generation(),
                snapshot -> answer(snapshot, caller, id).orElseThrow(PersonController::notFound),
                ReadModel.DIRECTORY,
                ReadModel.TICKETS);
    }

    /** Whoever calls for the first time was registered by this very call: the directory hears of it in a moment. */
    private ResponseEntity<Person> me(Caller caller, long minPosition) {
        var known = freshness.readFor(
                caller,
                minPosition,
                snapshot -> answer(snapshot, caller, caller.person()),
                ReadModel.DIRECTORY,
                ReadModel.TICKETS);
        return known.or(() -> freshness.awaited(
                        caller, snapshot -> answer(snapshot, caller, caller.person()), ReadModel.DIRECTORY))
                .orElseThrow(() -> new Unavailable(
                        "NOT_YET_PROJECTED", "Your registration is not visible yet; ask again shortly.", 1));
    }

    private static Optional<ResponseEntity<Person>> answer(Snapshot snapshot, Caller caller, UUID id) {
        return People.find(snapshot, caller, id)
                .map(person -> Freshness.answer(snapshot.position(ReadModel.DIRECTORY), snapshot.recovered())
                        .body(person));
    }

    private static NotFound notFound() {
        return new NotFound("There is no such person.");
    }
}
