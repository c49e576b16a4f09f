package dev.hindsight.domain.configuration;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.ConfigurationEvent.*;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A queue, a category or a field as decisions see it. Evolved from events alone; immutable. Each is put as a whole:
 * putting what already is changes nothing.
 */
public sealed interface Configured {

    /** Most choices of a field. */
    int MOST_OPTIONS = 500;

    /** Longest choice, in characters. */
    int LONGEST_OPTION = 200;

    Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** When its last event happened. */
    Instant lastAt();

    record Queue(String key, String name, Instant lastAt) implements Configured {}

    record Category(String key, String name, @Nullable String parent, Instant lastAt) implements Configured {}

    record Field(FieldDefinition definition, Instant lastAt) implements Configured {}

    /** @throws InvalidRequest where it is no key */
    static String key(String field, String key) {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidRequest(
                    field, "must be 1 to 63 lower-case letters, digits or dashes, and not begin with a dash");
        }
        return key;
    }

    /** @param before null where there is no such queue yet */
    static Optional<ConfigurationEvent> putQueue(@Nullable Queue before, String key, String name, Instant at) {
        if (before == null) {
            return Optional.of(new QueueCreated(key, micros(at), name));
        }
        return before.name().equals(name)
                ? Optional.empty()
                : Optional.of(new QueueChanged(key, notBefore(before, at), name));
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

    /** What an event leaves behind. Every event of configuration says the whole. */
    static Configured evolve(ConfigurationEvent event) {
        return switch (event) {
            case QueueCreated e -> new Queue(e.queue(), e.name(), e.at());
            case QueueChanged e -> new Queue(e.queue(), e.name(), e.at());
            case CategoryDefined e -> new Category(e.category(), e.name(), e.parent(), e.at());
            case CategoryChanged e -> new Category(e.category(), e.name(), e.parent(), e.at());
            case CustomFieldDefined e -> field(e.field(), e.name(), e.type(), e.options(), e.at());
            case CustomFieldRedefined e -> field(e.field(), e.name(), e.type(), e.options(), e.at());
        };
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
