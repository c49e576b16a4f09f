package dev.hindsight.command.configuration;

import dev.hindsight.domain.configuration.FieldDefinition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What admins ask of the configuration. Every command answers a {@code Receipt}. */
public sealed interface ConfigurationCommand {

    Instant at();

    String streamId();

    record PutQueue(String key, String name, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "queue-" + key;
        }
    }

    /** Whether the parent exists and leads back to no circle was checked before. */
    record PutCategory(String key, String name, @Nullable String parent, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "category-" + key;
        }
    }

    record PutField(FieldDefinition definition, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "field-" + definition.key();
        }
    }
}
