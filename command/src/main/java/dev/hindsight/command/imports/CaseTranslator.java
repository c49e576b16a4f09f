package dev.hindsight.command.imports;

import dev.hindsight.command.imports.SourceFile.Rejection;
import dev.hindsight.command.imports.SourceFile.SourceRow;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.configuration.Configured;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Change;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.ImportRow;
import dev.hindsight.domain.ticket.ImportRow.StatedStatus;
import dev.hindsight.domain.ticket.Level;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Translates the rows of a case by a mapping. One translator serves one file; safe for concurrent use. */
final class CaseTranslator {

    /** What the decoder leaves in the place of bytes that are not UTF-8. */
    private static final char NO_UTF_8 = '\uFFFD';

    /** Of a queue or category, in characters. */
    private static final int LONGEST_KEY = 63;

    /** What a case's rows read as; broken rows are left out and named. */
    record Translated(List<ImportRow> rows, List<Rejection> rejected) {}

    private final ImportMapping mapping;
    private final Map<String, Integer> columns;
    private final Function<String, UUID> personOf;
    private final ZoneId zone;
    private final @Nullable DateTimeFormatter formatter;
    private final Map<String, String> keys = new ConcurrentHashMap<>();

    /** @param personOf the imported person of a name in the source */
    CaseTranslator(ImportMapping mapping, Map<String, Integer> columns, Function<String, UUID> personOf) {
        this.mapping = mapping;
        this.columns = columns;
        this.personOf = personOf;
        this.zone = mapping.zoneId();
        this.formatter = mapping.formatter();
    }

    /** What the names of queues, categories and people in a file are; names of a kind in the order of the file. */
    record Mentioned(Set<String> people, Map<String, String> queues, Map<String, String> categories) {}

    /**
     * The key of a queue or category that a source names in its own way. Where letters of the name are lost in it, or
     * it is a reserved word, a part of the name's hash keeps it apart from others.
     */
    static String key(String name) {
        String letters = Normalizer.normalize(name.strip(), Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT);
        String plain = letters.replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        boolean lost = plain.length() > LONGEST_KEY
                || Configured.RESERVED.contains(plain)
                || letters.codePoints().anyMatch(c -> c > 127 && Character.isLetterOrDigit(c));
        if (!lost && !plain.isEmpty()) {
            return plain;
        }
        String hash = HexFormat.of().formatHex(Sha256.of(name.strip()), 0, 4);
        String begin = plain.length() > LONGEST_KEY - 9 ? plain.substring(0, LONGEST_KEY - 9) : plain;
        return begin.isEmpty() ? hash : begin.replaceAll("-+$", "") + "-" + hash;
    }

    /** What must exist before the rows are imported. */
    Mentioned mentioned(Iterable<List<SourceRow>> cases) {
        Mentioned mentioned = new Mentioned(new LinkedHashSet<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        for (List<SourceRow> rows : cases) {
            for (SourceRow row : rows) {
                if (faultOf(row) != null) {
                    continue;
                }
                mapping.personColumns().stream()
                        .map(column -> cell(column, row))
                        .filter(Objects::nonNull)
                        .forEach(mentioned.people()::add);
                name(mapping.queueColumns(), row, mentioned.queues());
                name(mapping.categoryColumns(), row, mentioned.categories());
            }
        }
        return mentioned;
    }

    private @Nullable String faultOf(SourceRow row) {
        int cells = row.cells().size();
        if (cells == 0) {
            return "is no CSV";
        } else if (cells != columns.size()) {
            return "has " + cells + " cells where the header has " + columns.size();
        } else if (row.cells().stream().anyMatch(cell -> cell.indexOf(NO_UTF_8) >= 0)) {
            return "is not UTF-8";
        } else if (row.cells().stream().anyMatch(cell -> cell.indexOf('\0') >= 0)) {
            return "holds NUL characters, which no store keeps";
        }
        return null;
    }

    private void name(List<String> ofColumns, SourceRow row, Map<String, String> names) {
        String joined = joined(ofColumns, row);
        if (!joined.isEmpty()) {
            names.putIfAbsent(keys.computeIfAbsent(joined, CaseTranslator::key), joined);
        }
    }

    Translated translate(List<SourceRow> rows) {
        return new CaseState().translate(rows);
    }

    /** What must be remembered from row to row of one case. */
    private final class CaseState {
        private @Nullable HoldReason heldFor;
        private boolean hadAssignee;
        private final Map<String, Integer> knownFrom = new HashMap<>();
        private final Map<String, String> fields = new HashMap<>();

        Translated translate(List<SourceRow> rows) {
            List<ImportRow> translated = new ArrayList<>(rows.size());
            List<Rejection> rejected = new ArrayList<>();
            findWhereTheEndIsKnown(rows);
            for (int i = 0; i < rows.size(); i++) {
                SourceRow row = rows.get(i);
                String fault = faultOf(row);
                if (fault != null) {
                    rejected.add(new Rejection(row.line(), fault));
                    continue;
                }
                try {
                    translated.add(row(row, i));
                } catch (BrokenRow e) {
                    rejected.add(new Rejection(row.line(), String.valueOf(e.getMessage())));
                }
            }
            return new Translated(translated, rejected);
        }

        private ImportRow row(SourceRow row, int index) {
            Instant at = inColumn(mapping.time().column(), row, CaseTranslator.this::instant);
            if (at == null) {
                throw new BrokenRow("column " + mapping.time().column() + " is empty");
            }
            Level impact = inColumn(mapping.impact(), row, ImportMapping::level);
            Level urgency = inColumn(mapping.urgency(), row, ImportMapping::level);
            UUID requester = person(mapping.requester(), row);
            UUID actor = person(mapping.actor(), row);
            String activity = cell(mapping.activity(), row);
            Change<String> queue = keyed(mapping.queueColumns(), row);
            Change<String> category = keyed(mapping.categoryColumns(), row);
            var priority = inColumn(mapping.priority(), row, ImportMapping::priority);
            Change<UUID> assignee = statedAssignee(row);
            // nothing of this row is remembered before all of it has been read
            ImportMapping.Move move = moveOf(row);
            StatedStatus stated = null;
            if (move != null) {
                if (move.assign() != null) {
                    UUID person = person(move.assign(), row);
                    assignee = person == null ? assignee : new Change<>(person);
                }
                if (move.status() != null) {
                    stated = new StatedStatus(move.status(), move.hold(), move.resolution(), null);
                    heldFor = move.hold();
                }
            }
            hadAssignee = assignee == null ? hadAssignee : assignee.to() != null;
            return new ImportRow(
                    row.ordinal(),
                    row.line(),
                    at,
                    activity == null ? "" : activity,
                    new Actor(ActorKind.IMPORT, actor, List.of()),
                    stated,
                    assignee,
                    queue,
                    category,
                    null,
                    impact,
                    urgency,
                    priority,
                    changedFields(row, index),
                    List.of(),
                    SubjectTemplate.fill(mapping.subject(), column -> cell(column, row)),
                    requester,
                    null);
        }

        private ImportMapping.@Nullable Move moveOf(SourceRow row) {
            String value = cell(mapping.states().column(), row);
            ImportMapping.Move move =
                    value == null ? null : mapping.states().values().get(value);
            return move != null && move.ifHeldFor() != null && move.ifHeldFor() != heldFor ? null : move;
        }

        private @Nullable Change<UUID> statedAssignee(SourceRow row) {
            if (mapping.assignee() == null) {
                return null;
            }
            UUID person = person(mapping.assignee(), row);
            if (person != null) {
                return new Change<>(person);
            }
            return hadAssignee ? new Change<>(null) : null;
        }

        private Map<String, FieldValue> changedFields(SourceRow row, int index) {
            Map<String, FieldValue> changed = new HashMap<>();
            mapping.fieldColumns().forEach((field, column) -> {
                if (index < knownFrom.getOrDefault(column, 0)) {
                    return;
                }
                String now = cell(column, row);
                if (!Objects.equals(now, fields.get(field))) {
                    changed.put(field, now == null ? FieldValue.EMPTY : FieldValue.ofText(now));
                    if (now == null) {
                        fields.remove(field);
                    } else {
                        fields.put(field, now);
                    }
                }
            });
            return changed;
        }

        /** Final-only columns count from the row that last moves the case into one of their statuses. */
        private void findWhereTheEndIsKnown(List<SourceRow> rows) {
            mapping.finalColumns().forEach((column, statuses) -> {
                int from = rows.size();
                boolean before = false;
                for (int i = 0; i < rows.size(); i++) {
                    String value = cell(mapping.states().column(), rows.get(i));
                    ImportMapping.Move move =
                            value == null ? null : mapping.states().values().get(value);
                    if (move == null || move.status() == null) {
                        continue; // says nothing of the status: the case stays where it is
                    }
                    boolean within = statuses.contains(move.status());
                    from = within && !before ? i : from;
                    before = within;
                }
                knownFrom.put(column, from);
            });
        }
    }

    private @Nullable Change<String> keyed(List<String> ofColumns, SourceRow row) {
        String joined = joined(ofColumns, row);
        return joined.isEmpty() ? null : new Change<>(keys.computeIfAbsent(joined, CaseTranslator::key));
    }

    private String joined(List<String> ofColumns, SourceRow row) {
        return ofColumns.stream()
                .map(column -> cell(column, row))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
    }

    private @Nullable UUID person(@Nullable String column, SourceRow row) {
        String name = column == null ? null : cell(column, row);
        return name == null ? null : personOf.apply(name);
    }

    private Instant instant(String cell) {
        Instant instant = anyInstant(cell);
        int year = instant.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1 || year > 9999) {
            throw new DateTimeException("outside the years that every store keeps");
        }
        return instant;
    }

    private Instant anyInstant(String cell) {
        if (formatter != null) {
            return LocalDateTime.parse(cell, formatter).atZone(zone).toInstant();
        }
        return cell.matches(".*(Z|[+-]\\d\\d:?\\d\\d)$")
                ? OffsetDateTime.parse(cell).toInstant()
                : LocalDateTime.parse(cell).atZone(zone).toInstant();
    }

    private <T> @Nullable T inColumn(@Nullable String column, SourceRow row, Function<String, T> read) {
        String cell = column == null ? null : cell(column, row);
        if (cell == null) {
            return null;
        }
        try {
            return read.apply(cell);
        } catch (DateTimeException e) {
            throw new BrokenRow("column " + column + " is no time of the mapping's format");
        } catch (IllegalArgumentException e) {
            throw new BrokenRow("column " + column + " " + e.getMessage());
        }
    }

    private @Nullable String cell(String column, SourceRow row) {
        Integer place = columns.get(column);
        if (place == null || place >= row.cells().size()) {
            return null;
        }
        String cell = row.cells().get(place).strip();
        return mapping.isUnknown(cell) ? null : cell;
    }

    /** This row can't be read; the others go on. */
    private static final class BrokenRow extends RuntimeException {
        BrokenRow(String message) {
            super(message, null, false, false);
        }
    }
}
