package dev.hindsight.command.configuration;

import dev.hindsight.command.dispatch.StreamStates;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.configuration.Configured;
import dev.hindsight.domain.configuration.FieldDefinition;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.configuration.RetentionRule;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/** What is configured, as ticket commands need it; at most some seconds old. Safe for concurrent use. */
public final class KnownConfiguration {

    private static final int DEEPEST = 32;

    private final StreamStates<Configured> states;

    public KnownConfiguration(EventStore events) {
        this.states =
                new StreamStates<>(events, (before, event) -> Configured.evolve(before, (ConfigurationEvent) event));
    }

    /** @throws InvalidRequest where there is no such queue */
    public String queue(String field, String key) {
        return known(field, "queue", key);
    }

    /** @throws InvalidRequest where there is no such category */
    public String category(String field, String key) {
        return known(field, "category", key);
    }

    /** @throws InvalidRequest where there is no such team */
    String team(String field, String key) {
        return known(field, "team", key);
    }

    private String known(String field, String kind, String key) {
        if (find(kind, key).isEmpty()) {
            throw new InvalidRequest(field, "is no configured " + kind);
        }
        return key;
    }

    /**
     * The parent that a category may have.
     *
     * @throws InvalidRequest where it does not exist, or has the category above itself
     */
    void checkParent(String category, String parent) {
        known("parent", "category", parent);
        String above = parent;
        for (int depth = 0; above != null; depth++) {
            if (above.equals(category)) {
                throw new InvalidRequest("parent", "must not lead back to the category itself");
            } else if (depth == DEEPEST) {
                throw new InvalidRequest("parent", "must have at most " + DEEPEST + " categories above it");
            }
            above = parentOf(above);
        }
    }

    private @Nullable String parentOf(String category) {
        return find("category", category)
                .map(state -> ((Configured.Category) state).parent())
                .orElse(null);
    }

    /**
     * Custom field values as they are stored.
     *
     * @param given as JSON gives them
     * @throws InvalidRequest with one error per field that is unknown or does not fit
     */
    public Map<String, FieldValue> values(Map<String, ? extends @Nullable Object> given) {
        if (given.isEmpty()) {
            return Map.of();
        }
        Map<String, FieldDefinition> definitions = new HashMap<>();
        for (String key : given.keySet()) {
            find("field", key).ifPresent(state -> definitions.put(key, ((Configured.Field) state).definition()));
        }
        return FieldDefinition.normalizeAll(definitions, given);
    }

    /** The retention rules, by key. */
    public List<RetentionRule> retention() {
        return states.of(ConfigurationEvent.RETENTION)
                .map(state -> ((Configured.Retention) state)
                        .rules().values().stream()
                                .sorted(Comparator.comparing(RetentionRule::key))
                                .toList())
                .orElse(List.of());
    }

    /** Whether the stream of a queue, a category, a field or a team exists. */
    public boolean exists(ConfigurationCommand command) {
        return states.of(command.streamId()).isPresent();
    }

    /** The stream has changed here: the next question reads it. */
    public void forget(String stream) {
        states.forget(stream);
    }

    private Optional<Configured> find(String kind, String key) {
        return Configured.KEY.matcher(key).matches() ? states.of(kind + "-" + key) : Optional.empty();
    }
}
