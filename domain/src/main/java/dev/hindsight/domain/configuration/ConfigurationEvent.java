package dev.hindsight.domain.configuration;

import dev.hindsight.domain.Event;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is configured. Every queue, category, field and team is a stream of its own: {@code queue-{key}},
 * {@code category-{key}}, {@code field-{key}}, {@code team-{key}}; retention rules share one; keys are lower-case words ({@code [a-z0-9][a-z0-9-]{0,62}}).
 */
public sealed interface ConfigurationEvent extends Event {

    /** The one stream of all retention rules. */
    String RETENTION = "retention";

    /** A queue is OPEN (every agent reads and works it) until it is restricted. */
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

    /** From now on only those to whom it was granted read and work it, and auditors read it. */
    record QueueRestricted(String queue, Instant at) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    /** It is OPEN again; what was granted stays granted. */
    record QueueUnrestricted(String queue, Instant at) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    /**
     * Replaces what was granted to the same holder before.
     *
     * @param personOrTeam id of a person or key of a team
     * @param read always true so far: nobody works what they do not read
     */
    record QueueAccessGranted(String queue, Instant at, String personOrTeam, boolean read, boolean work)
            implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    record QueueAccessRevoked(String queue, Instant at, String personOrTeam) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "queue-" + queue;
        }
    }

    record TeamCreated(String team, Instant at, String name) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "team-" + team;
        }
    }

    record TeamChanged(String team, Instant at, String name) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "team-" + team;
        }
    }

    record AgentJoinedTeam(String team, Instant at, UUID person) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "team-" + team;
        }
    }

    record AgentLeftTeam(String team, Instant at, UUID person) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return "team-" + team;
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

    /**
     * From now on the content of tickets that ended so long ago is erased.
     *
     * @param after ISO-8601 period, such as {@code P2Y}
     * @param queue only tickets that lie in it; null for all
     * @param category only tickets of it; null for all
     */
    record RetentionRulePublished(
            String rule,
            Instant at,
            String after,
            @Nullable String queue,
            @Nullable String category) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return RETENTION;
        }
    }

    record RetentionRuleWithdrawn(String rule, Instant at) implements ConfigurationEvent {
        @Override
        public String streamId() {
            return RETENTION;
        }
    }
}
