package dev.hindsight.command.imports;

import dev.hindsight.domain.InvalidRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A log in CSV (RFC 4180, UTF-8, header line), its rows gathered by case. Within a case rows keep the order of the
 * file, never that of time. A line that is no CSV costs nothing but itself: reading goes on with the next one.
 *
 * @param columns place of each column
 * @param cases rows by case, in the order in which the cases first appear
 * @param rejected lines that belong to no case
 * @param rows how many rows there are, the rejected included
 */
record SourceFile(
        Map<String, Integer> columns, Map<String, List<SourceRow>> cases, List<Rejection> rejected, long rows) {

    /** Most lines of one row: a stray quote must not swallow the file. */
    private static final int MOST_LINES = 1_000;

    private static final CSVFormat FORMAT = CSVFormat.RFC4180;

    /**
     * @param ordinal place within its case, from 1
     * @param line line of the file on which the row begins, the header being line 1
     * @param cells fewer or more than columns where the row is broken; none where it is no CSV
     */
    record SourceRow(int ordinal, long line, List<String> cells) {}

    /** A line that was left out, and why. */
    record Rejection(long line, String message) {}

    /**
     * Reads the whole file; repeated contents are held once.
     *
     * @throws InvalidRequest when it is empty or lacks columns that the mapping names; field {@code file}
     */
    static SourceFile read(Path file, ImportMapping mapping) {
        var utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        try (var reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), utf8))) {
            return new Reading(reader, mapping).all();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reading {
        private final BufferedReader reader;
        private final ImportMapping mapping;
        private final Deque<String> again = new ArrayDeque<>();
        private final Map<String, List<SourceRow>> cases = new LinkedHashMap<>();
        private final List<Rejection> rejected = new ArrayList<>();
        private final Map<String, String> same = new HashMap<>();
        private long line;
        private long rows;

        Reading(BufferedReader reader, ImportMapping mapping) {
            this.reader = reader;
            this.mapping = mapping;
        }

        SourceFile all() throws IOException {
            reader.mark(1);
            if (reader.read() != '\uFEFF') {
                reader.reset();
            }
            Map<String, Integer> columns = header();
            int caseColumn = columns.getOrDefault(mapping.caseId(), -1);
            for (String first = next(); first != null; first = next()) {
                if (first.isBlank()) {
                    continue;
                }
                rows++;
                long begins = line;
                row(begins, first, cells(first, columns.size()), caseColumn);
            }
            if (rows == 0) {
                throw new InvalidRequest("file", "has no rows");
            }
            return new SourceFile(columns, cases, rejected, rows);
        }

        private Map<String, Integer> header() throws IOException {
            String first = next();
            List<String> names = first == null ? null : parse(first);
            if (names == null) {
                throw new InvalidRequest("file", first == null ? "is empty" : "does not begin with a header of CSV");
            }
            Map<String, Integer> columns = new HashMap<>();
            for (String name : names) {
                if (columns.put(name.strip(), columns.size()) != null) {
                    throw new InvalidRequest("file", "has two columns of the same name");
                }
            }
            Set<String> missing = new TreeSet<>(mapping.columns());
            missing.removeAll(columns.keySet());
            if (!missing.isEmpty()) {
                throw new InvalidRequest("file", "lacks columns that the mapping names: " + String.join(", ", missing));
            }
            return columns;
        }

        private void row(long begins, String first, @Nullable List<String> read, int caseColumn) {
            // the case of a line that is no CSV still counts it, so that the rows after it keep their places
            List<String> cells = read == null ? List.of(first.split(",", -1)) : read;
            String caseId = cells.size() > caseColumn ? cells.get(caseColumn).strip() : "";
            if (mapping.isUnknown(caseId)) {
                rejected.add(new Rejection(begins, read == null ? "is no CSV" : "has no case id"));
            } else {
                List<SourceRow> of = cases.computeIfAbsent(caseId, id -> new ArrayList<>(8));
                of.add(new SourceRow(of.size() + 1, begins, read == null ? List.of() : read));
            }
        }

        /** The cells of the row that begins with a line, null where there is none to be made of it. */
        private @Nullable List<String> cells(String first, int columns) throws IOException {
            if (first.indexOf('"') < 0) {
                return interned(first.split(",", -1));
            }
            List<String> more = new ArrayList<>();
            StringBuilder text = new StringBuilder(first);
            while (quotes(text) % 2 != 0 && more.size() < MOST_LINES) {
                String following = next();
                if (following == null) {
                    break;
                }
                more.add(following);
                text.append('\n').append(following);
            }
            List<String> cells = parse(text.toString());
            if (cells != null && (more.isEmpty() || cells.size() == columns)) {
                return cells;
            }
            for (int i = more.size() - 1; i >= 0; i--) {
                again.push(more.get(i));
                line--;
            }
            return null;
        }

        private static long quotes(CharSequence text) {
            return text.chars().filter(c -> c == '"').count();
        }

        private @Nullable List<String> parse(String text) {
            try (CSVParser parser = CSVParser.parse(text, FORMAT)) {
                List<CSVRecord> records = parser.getRecords();
                return records.size() == 1 ? interned(records.getFirst().values()) : null;
            } catch (IOException | UncheckedIOException noCsv) {
                return null;
            }
        }

        private List<String> interned(String[] cells) {
            for (int i = 0; i < cells.length; i++) {
                cells[i] = same.computeIfAbsent(cells[i], cell -> cell);
            }
            return List.of(cells);
        }

        private @Nullable String next() throws IOException {
            String next = again.isEmpty() ? reader.readLine() : again.pop();
            if (next != null) {
                line++;
            }
            return next;
        }
    }
}
