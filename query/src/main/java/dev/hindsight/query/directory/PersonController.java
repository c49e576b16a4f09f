package dev.hindsight.query.directory;

import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
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
            Caller caller, @PathVariable String person, @RequestParam(required = false) @Nullable String minPosition) {
        UUID id = person.equals("me")
                ? caller.person()
                : Parameters.maybeId(person).orElseThrow(PersonController::notFound);
        return freshness.read(
                Parameters.minPosition(minPosition),
                snapshot -> Freshness.answer(snapshot.position(ReadModel.DIRECTORY))
                        .body(People.find(snapshot, caller, id).orElseThrow(PersonController::notFound)),
                ReadModel.DIRECTORY,
                ReadModel.TICKETS);
    }

    private static NotFound notFound() {
        return new NotFound("There is no such person.");
    }
}
