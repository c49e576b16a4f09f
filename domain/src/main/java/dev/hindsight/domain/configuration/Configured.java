package dev.hindsight.domain.configuration;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.ConfigurationEvent.*;
import java.time.Instant;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A queue, a category, a field, a team or the retention rules as decisions see them. Evolved from events alone; immutable. Each is put as a
 * whole, apart from grants and members: asking for what already is changes nothing.
 */
public sealed interface Configured {

    /** Most choices of a field. */
    int MOST_OPTIONS = 500;

    /** Longest choice, in characters. */
    int LONGEST_OPTION = 200;

    /** What queues, teams, organizations, categories and fields are named by in streams and addresses. */
    Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** Words that filters and addresses mean something else by. */
    Set<String> RESERVED = Set.of("none", "me", "summaries");

    /** When its last event happened. */
    Instant lastAt();

    /** @param grants by person id or team key; true where the holder works the queue too */
    record Queue(String key, String name, boolean restricted, Map<String, Boolean> grants, Instant lastAt)
            implements Configured {

        public Queue {
            grants = Map.copyOf(grants);
        }

        /** @param personOrTeam id of a person or key of a team, whoever that is */
        public Optional<ConfigurationEvent> grant(String personOrTeam, boolean work, Instant at) {
            return Boolean.valueOf(work).equals(grants.get(personOrTeam))
                    ? Optional.empty()
                    : Optional.of(new QueueAccessGranted(key, notBefore(this, at), personOrTeam, true, work));
        }

        /** Nothing where nothing was granted. */
        public Optional<ConfigurationEvent> revoke(String personOrTeam, Instant at) {
            return grants.containsKey(personOrTeam)
                    ? Optional.of(new QueueAccessRevoked(key, notBefore(this, at), personOrTeam))
                    : Optional.empty();
        }

        private Queue with(String newName, boolean nowRestricted, Instant at) {
            return new Queue(key, newName, nowRestricted, grants, at);
        }

        private Queue with(String holder, @Nullable Boolean works, Instant at) {
            var after = new HashMap<>(grants);
            if (works == null) {
                after.remove(holder);
            } else {
                after.put(holder, works);
            }
            return new Queue(key, name, restricted, after, at);
        }
    }

    record Team(String key, String name, Set<UUID> members, Instant lastAt) implements Configured {

        public Team {
            members = Set.copyOf(members);
        }

        /** Whether the person is an agent was checked before. Nothing where they are a member already. */
        public Optional<ConfigurationEvent> join(UUID person, Instant at) {
            return members.contains(person)
                    ? Optional.empty()
                    : Optional.of(new AgentJoinedTeam(key, notBefore(this, at), person));
        }

        /** Nothing where they are no member. */
        public Optional<ConfigurationEvent> leave(UUID person, Instant at) {
            return members.contains(person)
                    ? Optional.of(new AgentLeftTeam(key, notBefore(this, at), person))
                    : Optional.empty();
        }

        private Team with(UUID person, boolean member, Instant at) {
            var after = new HashSet<>(members);
            if (member) {
                after.add(person);
            } else {
                after.remove(person);
            }
            return new Team(key, name, after, at);
        }
    }

    record Category(String key, String name, @Nullable String parent, Instant lastAt) implements Configured {}

    record Field(FieldDefinition definition, Instant lastAt) implements Configured {}

    /** All retention rules, by key. */
    record Retention(Map<String, RetentionRule> rules, Instant lastAt) implements Configured {

        public Retention {
            rules = Map.copyOf(rules);
        }
    }

    /**
     * Puts the retention rules as a whole: those that are not named are withdrawn.
     *
     * @param before null where there never was one
     */
    static List<ConfigurationEvent> putRetention(
            @Nullable Retention before, Collection<RetentionRule> wanted, Instant at) {
        var known = before == null ? Map.<String, RetentionRule>of() : before.rules();
        var moment = before == null ? micros(at) : notBefore(before, at);
        var events = new ArrayList<ConfigurationEvent>();
        var keys = wanted.stream().map(RetentionRule::key).toList();
        known.keySet().stream()
                .filter(key -> !keys.contains(key))
                .sorted()
                .forEach(key -> events.add(new RetentionRuleWithdrawn(key, moment)));
        for (var rule : wanted) {
            if (!rule.equals(known.get(rule.key()))) {
                events.add(new RetentionRulePublished(
                        rule.key(), moment, rule.after().toString(), rule.queue(), rule.category()));
            }
        }
        return events;
    }

    /** @throws InvalidRequest where it is no key, or a word that could not be asked for */
    static String newKey(String field, String key) {
        if (RESERVED.contains(key)) {
            throw new InvalidRequest(field, "must not be " + key + ", which filters mean something else by");
        }
        return key(field, key);
    }

    /** @throws InvalidRequest where it is no key */
    static String key(String field, String key) {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidRequest(
                    field, "must be 1 to 63 lower-case letters, digits or dashes, and not begin with a dash");
        }
        return key;
    }

    /**
     * @param before null where there is no such queue yet
     * @param restricted null leaves it as it is, OPEN at first
     */
    static List<ConfigurationEvent> putQueue(
            @Nullable Queue before, String key, String name, @Nullable Boolean restricted, Instant at) {
        var events = new ArrayList<ConfigurationEvent>();
        Instant moment = before == null ? micros(at) : notBefore(before, at);
        if (before == null) {
            events.add(new QueueCreated(key, moment, name));
        } else if (!before.name().equals(name)) {
            events.add(new QueueChanged(key, moment, name));
        }
        boolean was = before != null && before.restricted();
        if (restricted != null && restricted != was) {
            events.add(restricted ? new QueueRestricted(key, moment) : new QueueUnrestricted(key, moment));
        }
        return events;
    }

    /** @param before null where there is no such team yet */
    static Optional<ConfigurationEvent> putTeam(@Nullable Team before, String key, String name, Instant at) {
        if (before == null) {
            return Optional.of(new TeamCreated(key, micros(at), name));
        }
        return before.name().equals(name)
                ? Optional.empty()
                : Optional.of(new TeamChanged(key, notBefore(before, at), name));
    }

    /**
     * Whether the parent exists and leads back to no circle was checked before.
     *
     * @param before null where there is no such category yet
     */
    static Optional<ConfigurationEvent> putCategory(
            @Nullable Category before, String key, String name, @Nullable String parent, Instant at) {
        if (before == null) {
            return Optional.of(new CategoryDefined(key, micros(at), name, parent));
        }
        return before.equals(new Category(key, name, parent, before.lastAt()))
                ? Optional.empty()
                : Optional.of(new CategoryChanged(key, notBefore(before, at), name, parent));
    }

    /**
     * @param before null where there is no such field yet
     * @throws Refusal {@code FIELD_TYPE_FIXED} where the field has another type: values are stored as it says
     * @throws InvalidRequest where the options do not fit the type
     */
    static Optional<ConfigurationEvent> putField(@Nullable Field before, FieldDefinition wanted, Instant at) {
        checkOptions(wanted);
        if (before == null) {
            return Optional.of(new CustomFieldDefined(
                    wanted.key(), micros(at), wanted.name(), wanted.type().name(), wanted.options()));
        }
        if (before.definition().type() != wanted.type()) {
            throw new Refusal(
                    "FIELD_TYPE_FIXED",
                    "The type of a field never changes, because values are stored as it says: define another field.");
        }
        return before.definition().equals(wanted)
                ? Optional.empty()
                : Optional.of(new CustomFieldRedefined(
                        wanted.key(),
                        notBefore(before, at),
                        wanted.name(),
                        wanted.type().name(),
                        wanted.options()));
    }

    private static void checkOptions(FieldDefinition wanted) {
        List<String> options = wanted.options();
        boolean choice = wanted.type() == FieldType.SELECT || wanted.type() == FieldType.MULTI_SELECT;
        if (!choice && !options.isEmpty()) {
            throw new InvalidRequest("options", "belong to SELECT and MULTI_SELECT only");
        } else if (choice && (options.isEmpty() || options.size() > MOST_OPTIONS)) {
            throw new InvalidRequest("options", "must be 1 to " + MOST_OPTIONS);
        } else if (new HashSet<>(options).size() < options.size()) {
            throw new InvalidRequest("options", "must differ from each other");
        } else if (options.stream().anyMatch(option -> option.isBlank() || option.length() > LONGEST_OPTION)) {
            throw new InvalidRequest("options", "must each have 1 to " + LONGEST_OPTION + " characters");
        }
    }

    /**
     * What an event leaves behind. Never refuses: what is stored has happened.
     *
     * @param before null before the first event
     */
    static Configured evolve(@Nullable Configured before, ConfigurationEvent event) {
        return switch (event) {
            case QueueCreated e -> new Queue(e.queue(), e.name(), false, Map.of(), e.at());
            case QueueChanged e -> queue(before).with(e.name(), queue(before).restricted(), e.at());
            case QueueRestricted e -> queue(before).with(queue(before).name(), true, e.at());
            case QueueUnrestricted e -> queue(before).with(queue(before).name(), false, e.at());
            case QueueAccessGranted e -> queue(before).with(e.personOrTeam(), Boolean.valueOf(e.work()), e.at());
            case QueueAccessRevoked e -> queue(before).with(e.personOrTeam(), null, e.at());
            case TeamCreated e -> new Team(e.team(), e.name(), Set.of(), e.at());
            case TeamChanged e -> new Team(e.team(), e.name(), team(before).members(), e.at());
            case AgentJoinedTeam e -> team(before).with(e.person(), true, e.at());
            case AgentLeftTeam e -> team(before).with(e.person(), false, e.at());
            case CategoryDefined e -> new Category(e.category(), e.name(), e.parent(), e.at());
            case CategoryChanged e -> new Category(e.category(), e.name(), e.parent(), e.at());
            case CustomFieldDefined e -> field(e.field(), e.name(), e.type(), e.options(), e.at());
            case CustomFieldRedefined e -> field(e.field(), e.name(), e.type(), e.options(), e.at());
            case RetentionRulePublished e -> {
                var rules = new HashMap<>(retention(before));
                rules.put(e.rule(), new RetentionRule(e.rule(), Period.parse(e.after()), e.queue(), e.category()));
                yield new Retention(rules, e.at());
            }
            case RetentionRuleWithdrawn e -> {
                var rules = new HashMap<>(retention(before));
                rules.remove(e.rule());
                yield new Retention(rules, e.at());
            }
        };
    }

    private static Map<String, RetentionRule> retention(@Nullable Configured before) {
        return before == null ? Map.of() : ((Retention) before).rules();
    }

    private static Queue queue(@Nullable Configured before) {
        return (Queue) requireNonNull(before, "a queue begins with QueueCreated");
    }

    private static Team team(@Nullable Configured before) {
        return (Team) requireNonNull(before, "a team begins with TeamCreated");
    }

    private static Field field(String key, String name, String type, List<String> options, Instant at) {
        return new Field(new FieldDefinition(key, name, FieldType.valueOf(type), options), at);
    }

    private static Instant micros(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }

    private static Instant notBefore(Configured before, Instant at) {
        Instant moment = micros(at);
        return moment.isBefore(before.lastAt()) ? before.lastAt() : moment;
    }
}
