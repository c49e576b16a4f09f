package dev.hindsight.command.imports;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.Configured;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.ResolutionCode;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketType;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * How a foreign log reads in our language: a YAML document. {@code ops/docs/import.md} explains every member.
 *
 * @param source name of the system; with a case's id it names a ticket for ever
 * @param caseId column of the case's id
 * @param zone time zone of times without one
 * @param time column and {@link DateTimeFormatter} pattern ({@code ISO} for ISO-8601) of a row's time
 * @param unknown cell contents that mean: not known
 * @param type ticket type of every case
 * @param activity column of what a row is called
 * @param states moves by the content of one column
 * @param requester column
 * @param actor column
 * @param assignee column that states the assignee on every row; not known after a name takes the person away
 * @param queue column
 * @param category columns, joined to one category
 * @param impact column whose content begins with 1, 2 or 3
 * @param urgency likewise
 * @param priority likewise, 1 to 5
 * @param matrix the source's own priority matrix
 * @param fields custom field key to column
 * @param finalOnly columns that the source stamps on every row of a case when it ends, each with the statuses that end
 *     it; taken only from the row that last moves the case there
 * @param subject template with columns in braces
 */
public record ImportMapping(
        String source,
        String caseId,
        @Nullable String zone,
        Time time,
        @Nullable List<String> unknown,
        @Nullable TicketType type,
        String activity,
        Moves states,
        @Nullable String requester,
        @Nullable String actor,
        @Nullable String assignee,
        @Nullable String queue,
        @Nullable List<String> category,
        @Nullable String impact,
        @Nullable String urgency,
        @Nullable String priority,
        @Nullable Matrix matrix,
        @Nullable Map<String, String> fields,
        @Nullable Map<String, List<Status>> finalOnly,
        @Nullable String subject) {

    public record Time(String column, String format) {}

    /** @param values content of the column to what it means; contents not named mean activity only */
    public record Moves(String column, Map<String, Move> values) {}

    /**
     * @param status moved to, where set
     * @param hold reason of ON_HOLD
     * @param resolution code of RESOLVED, UNKNOWN where not set
     * @param assign column of the person who gets the ticket
     * @param ifHeldFor applies only where the case is held for this reason
     */
    public record Move(
            @Nullable Status status,
            @Nullable HoldReason hold,
            @Nullable ResolutionCode resolution,
            @Nullable String assign,
            @Nullable HoldReason ifHeldFor) {}

    /** @param rows for impact 1, 2, 3 the priorities of urgency 1, 2, 3 */
    public record Matrix(String name, List<List<Priority>> rows) {}

    /** Custom field of the case's id, so that people find a ticket by the number that it had in the source. */
    static final String SOURCE_NUMBER = "source-number";

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    /**
     * @throws InvalidRequest when the document is malformed, has unknown members, or lacks one; field {@code mapping}
     */
    public static ImportMapping parse(InputStream yaml) {
        ImportMapping mapping;
        try {
            mapping = YAML.readValue(yaml, ImportMapping.class);
        } catch (JacksonException e) {
            throw unreadable(e);
        }
        if (mapping == null) {
            throw new InvalidRequest("mapping", "is empty: give a mapping such as those in ops/mappings");
        }
        mapping.check();
        return mapping;
    }

    /** Says where and what, but nothing of our classes. */
    private static InvalidRequest unreadable(JacksonException e) {
        StringBuilder member = new StringBuilder("mapping");
        for (var step : e.getPath()) {
            if (step.getPropertyName() == null) {
                member.append('[').append(step.getIndex()).append(']');
            } else {
                member.append('.').append(step.getPropertyName());
            }
        }
        String where = e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : " (line " + e.getLocation().getLineNr() + ")";
        return new InvalidRequest(
                member.toString(),
                switch (e) {
                    case UnrecognizedPropertyException unknown ->
                        // found only at the end of the document: its line is not known
                        "is not known here: remove it, or take one of "
                                + unknown.getKnownPropertyIds().stream()
                                        .map(String::valueOf)
                                        .sorted()
                                        .collect(Collectors.joining(", "));
                    case InvalidFormatException bad
                    when bad.getTargetType() != null && bad.getTargetType().isEnum() ->
                        "must be one of " + Arrays.toString(bad.getTargetType().getEnumConstants()) + where;
                    case DatabindException misfit -> "has the wrong form" + where;
                    default -> "is no YAML that can be read" + where + ": give a mapping such as those in ops/mappings";
                });
    }

    private void check() {
        required("source", source);
        required("caseId", caseId);
        required("activity", activity);
        required("time", time);
        required("states", states);
        if (!Configured.KEY.matcher(source).matches()) {
            throw new InvalidRequest("mapping.source", "must be a lower-case word");
        }
        required("time.column", time.column());
        required("time.format", time.format());
        required("states.column", states.column());
        required("states.values", states.values());
        zoneId();
        formatter();
        if (matrix != null) {
            required("matrix.name", matrix.name());
            if (matrix.rows() == null
                    || matrix.rows().size() != 3
                    || matrix.rows().stream()
                            .anyMatch(row -> row == null
                                    || row.size() != 3
                                    || row.stream().anyMatch(Objects::isNull))) {
                throw new InvalidRequest("mapping.matrix.rows", "must be 3 rows of 3 priorities");
            }
        }
        states.values().forEach((value, move) -> {
            required("states.values." + value, move);
            if (move.hold() != null && move.status() != Status.ON_HOLD) {
                throw new InvalidRequest("mapping.states.values." + value, "has a hold reason without ON_HOLD");
            }
            if (move.status() == Status.MERGED) {
                throw new InvalidRequest("mapping.states.values." + value, "MERGED can't be imported");
            }
        });
        categoryColumns().forEach(column -> required("category", column));
        fieldColumns().forEach((key, column) -> required("fields." + key, column));
        finalColumns().forEach((column, statuses) -> required("finalOnly." + column, statuses));
        for (String key : fieldColumns().keySet()) {
            if (!Configured.KEY.matcher(key).matches()) {
                throw new InvalidRequest("mapping.fields." + key, "must be a lower-case word");
            }
        }
        if (!Set.copyOf(fieldColumns().values()).containsAll(finalColumns().keySet())) {
            throw new InvalidRequest("mapping.finalOnly", "must be columns of mapping.fields");
        }
    }

    @SuppressWarnings("NullAway") // YAML may leave any member out
    private static void required(String member, @Nullable Object value) {
        if (value == null) {
            throw new InvalidRequest("mapping." + member, "is required");
        }
    }

    /** Every column that the mapping names. */
    Set<String> columns() {
        Set<String> columns = new TreeSet<>(Stream.of(
                        caseId,
                        time.column(),
                        activity,
                        states.column(),
                        requester,
                        actor,
                        assignee,
                        queue,
                        impact,
                        urgency,
                        priority)
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .toList());
        columns.addAll(categoryColumns());
        columns.addAll(fieldColumns().values());
        columns.addAll(SubjectTemplate.columns(subject));
        states.values().values().stream()
                .map(Move::assign)
                .filter(Objects::nonNull)
                .forEach(column -> columns.add(String.valueOf(column)));
        return columns;
    }

    List<String> queueColumns() {
        return queue == null ? List.of() : List.of(queue);
    }

    /** Columns that name people. */
    Set<String> personColumns() {
        return Stream.concat(
                        Stream.of(requester, actor, assignee),
                        states.values().values().stream().map(Move::assign))
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    List<String> categoryColumns() {
        return category == null ? List.of() : category;
    }

    /** Custom field key to column: the mapping's, and the case's id where it does not name that field itself. */
    Map<String, String> fieldColumns() {
        Map<String, String> columns = new HashMap<>(fields == null ? Map.of() : fields);
        columns.putIfAbsent(SOURCE_NUMBER, caseId);
        return columns;
    }

    Map<String, List<Status>> finalColumns() {
        return finalOnly == null ? Map.of() : finalOnly;
    }

    boolean isUnknown(String cell) {
        return cell.isBlank() || (unknown != null && unknown.contains(cell.strip()));
    }

    ZoneId zoneId() {
        try {
            return ZoneId.of(zone == null ? "UTC" : zone);
        } catch (DateTimeException e) {
            throw invalid("zone", "is no time zone", e);
        }
    }

    /** Null for ISO-8601. */
    @Nullable
    DateTimeFormatter formatter() {
        if (time.format().equals("ISO")) {
            return null;
        }
        try {
            return DateTimeFormatter.ofPattern(time.format().replace("yyyy", "uuuu"), Locale.ROOT)
                    .withResolverStyle(ResolverStyle.STRICT);
        } catch (IllegalArgumentException e) {
            throw invalid("time.format", "is no date pattern", e);
        }
    }

    private static InvalidRequest invalid(String member, String message, RuntimeException cause) {
        InvalidRequest invalid = new InvalidRequest("mapping." + member, message);
        invalid.addSuppressed(cause);
        return invalid;
    }

    static Level level(String cell) {
        return Level.of(leadingDigit(cell, 3));
    }

    static Priority priority(String cell) {
        return Priority.valueOf("P" + leadingDigit(cell, 5));
    }

    private static int leadingDigit(String cell, int highest) {
        int digit = cell.strip().charAt(0) - '0';
        if (digit < 1 || digit > highest) {
            throw new IllegalArgumentException("does not begin with a digit from 1 to " + highest);
        }
        return digit;
    }
}
