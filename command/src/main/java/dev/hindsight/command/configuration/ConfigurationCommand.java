package dev.hindsight.command.configuration;

import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.configuration.FieldDefinition;
import dev.hindsight.domain.configuration.RetentionRule;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What admins ask of the configuration. Every command answers a {@code Receipt}. */
public sealed interface ConfigurationCommand {

    Instant at();

    String streamId();

    /** @param restricted null leaves it as it is, open at first */
    record PutQueue(String key, String name, @Nullable Boolean restricted, Instant at) implements ConfigurationCommand {

        public PutQueue(String key, String name, Instant at) {
            this(key, name, null, at);
        }

        @Override
        public String streamId() {
            return "queue-" + key;
        }
    }

    /** @param personOrTeam id of somebody known or key of a team that exists; checked before */
    record GrantQueueAccess(String queue, String personOrTeam, boolean work, Instant at)
            implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    record RevokeQueueAccess(String queue, String personOrTeam, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    record PutTeam(String key, String name, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "team-" + key;
        }
    }

    /** @param person an agent; checked before */
    record AddTeamMember(String team, UUID person, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "team-" + team;
        }
    }

    record RemoveTeamMember(String team, UUID person, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "team-" + team;
        }
    }

    /** Whether the parent exists and leads back to no circle was checked before. */
    record PutCategory(String key, String name, @Nullable String parent, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "category-" + key;
        }
    }

    /** All of them: those that are not named are withdrawn. Whether queues and categories exist was checked before. */
    record PutRetentionRules(List<RetentionRule> rules, Instant at) implements ConfigurationCommand {
        public PutRetentionRules {
            rules = List.copyOf(rules);
        }

        @Override
        public String streamId() {
            return ConfigurationEvent.RETENTION;
        }
    }

    record PutField(FieldDefinition definition, Instant at) implements ConfigurationCommand {
        @Override
        public String streamId() {
            return "field-" + definition.key();
        }
    }
}
