package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** What an operator asks about read models over HTTP, and waits for. */
public final class ReadModelOperator {

    private final Person operator;
    private final Duration patience;

    /** @param patience for one job */
    public ReadModelOperator(Person operator, Duration patience) {
        this.operator = operator;
        this.patience = patience;
    }

    public JsonNode projections() {
        return operator.get("/ops/v1/projections").body().path("items");
    }

    /** The one that answers. */
    public int generation(String model) {
        return projections()
                .valueStream()
                .filter(one -> one.path("name").asString("").equals(model))
                .findFirst()
                .orElseThrow()
                .path("generation")
                .asInt();
    }

    /** Waits until every model shows all that is in the log. */
    public void awaitLevel() {
        Journey.eventually(
                patience,
                () -> projections()
                        .valueStream()
                        .allMatch(model -> model.path("lagEvents").asLong() == 0));
    }

    public JsonNode job(String id) {
        return operator.get("/ops/v1/jobs/" + id).body();
    }

    /** The job once it is as asked. */
    public JsonNode await(String id, Predicate<JsonNode> until) {
        var last = new AtomicReference<JsonNode>();
        Journey.eventually(patience, () -> {
            last.set(job(id));
            return until.test(last.get());
        });
        return Objects.requireNonNull(last.get());
    }

    /** The job that was started, once it has ended. */
    public JsonNode over(Answer started) {
        assertThat(started.status()).as(started.raw().body()).isEqualTo(202);
        return over(started.id());
    }

    /** The job once it has ended. */
    public JsonNode over(String id) {
        return await(id, job -> !job.path("endedAt").isNull());
    }

    /** Verifies what answers. */
    public JsonNode verified(String model) {
        return over(operator.post("/ops/v1/projections/" + model + "/verifications", null));
    }

    /** Verifies every model: what answers is what the log says, and what it says does not depend on how it is read. */
    public void assertThatAllAreClean() {
        for (String model : List.of("tickets", "directory", "ticket-search", "ticket-past")) {
            JsonNode verified = verified(model);
            assertThat(verified.path("state").asString())
                    .as(verified.toString())
                    .isEqualTo("DONE");
            assertThat(verified.at("/report/differing").asInt(-1))
                    .as(verified.toString())
                    .isZero();
            assertThat(verified.at("/report/refoldedOtherwise").asInt(-1))
                    .as(verified.toString())
                    .isZero();
        }
    }
}
