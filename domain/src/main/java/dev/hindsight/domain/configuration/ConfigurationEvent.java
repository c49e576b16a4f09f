package dev.hindsight.domain.configuration;

import dev.hindsight.domain.Event;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is configured. Every queue, category and field is a stream of its own: {@code queue-{key}},
 * {@code category-{key}}, {@code field-{key}}; keys are lower-case words ({@code [a-z0-9][a-z0-9-]{0,62}}).
 */
public sealed interface ConfigurationEvent extends Event {

    /** A queue is OPEN (every agent reads and works it) until grants restrict it. */
    record QueueCreated(String queue, Instant at, String name) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    record QueueChanged(String queue, Instant at, String name) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    /** @param parent key of the category above, null at the top */
    record CategoryDefined(
            String category,
            Instant at,
            String name,
            @Nullable String parent) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "category-" + category;
        }
    }

    record CategoryChanged(
            String category,
            Instant at,
            String name,
            @Nullable String parent) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "category-" + category;
        }
    }

    /**
     * @param type TEXT, NUMBER, BOOLEAN, DATE, SELECT or MULTI_SELECT; never changes for a key
     * @param options the choices of SELECT and MULTI_SELECT, empty for others
     */
    record CustomFieldDefined(String field, Instant at, String name, String type, List<String> options)
            implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "field-" + field;
        }
    }

    record CustomFieldRedefined(String field, Instant at, String name, String type, List<String> options)
            implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "field-" + field;
        }
    }
}
