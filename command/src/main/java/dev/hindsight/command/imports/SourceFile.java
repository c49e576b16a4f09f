package dev.hindsight.command.imports;

import dev.hindsight.domain.InvalidRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A log in CSV (RFC 4180, UTF-8, header line), its rows gathered by case. Within a case rows keep the order of the
 * file, never that of time.
 *
 * @param columns place of each column
 * @param cases rows by case, in the order in which the cases first appear
 * @param rejected lines that belong to no case
 * @param rows how many rows there are, the rejected included
 */
record SourceFile(
        Map<String, Integer> columns, Map<String, List<SourceRow>> cases, List<Rejection> rejected, long rows) {

    /**
     * @param ordinal place within its case, from 1
     * @param line line of the file on which the row begins, the header being line 1
     * @param cells fewer or more than columns where the line is broken
     */
    record SourceRow(int ordinal, long line, List<String> cells) {}

    /** A line that was left out, and why. */
    public record Rejection(long line, String message) {}

    /**
     * Reads the whole file; repeated contents are held once.
     *
     * @throws InvalidRequest when it is not such a file, or lacks columns that the mapping names; field {@code file}
     */
    static SourceFile read(Path file, ImportMapping mapping) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .get();
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        Map<String, List<SourceRow>> cases = new LinkedHashMap<>();
        List<Rejection> rejected = new ArrayList<>();
        Map<String, String> same = new HashMap<>();
        long rows = 0;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), utf8));
                CSVParser parser = CSVParser.parse(reader, format)) {
            Map<String, Integer> columns = new HashMap<>();
            parser.getHeaderMap().forEach((name, place) -> columns.put(withoutMark(name), place));
            Set<String> missing = new TreeSet<>(mapping.columns());
            missing.removeAll(columns.keySet());
            if (!missing.isEmpty()) {
                throw new InvalidRequest("file", "lacks columns that the mapping names: " + String.join(", ", missing));
            }
            int caseColumn = columns.getOrDefault(mapping.caseId(), -1);
            long line = parser.getCurrentLineNumber() + 1;
            for (CSVRecord row : parser) {
                rows++;
                String caseId = row.size() > caseColumn ? row.get(caseColumn).strip() : "";
                if (mapping.isUnknown(caseId)) {
                    rejected.add(new Rejection(line, "has no case id"));
                } else {
                    String[] cells = row.values();
                    for (int i = 0; i < cells.length; i++) {
                        cells[i] = same.computeIfAbsent(cells[i], cell -> cell);
                    }
                    List<SourceRow> of = cases.computeIfAbsent(caseId, id -> new ArrayList<>(8));
                    of.add(new SourceRow(of.size() + 1, line, List.of(cells)));
                }
                line = parser.getCurrentLineNumber() + 1;
            }
            return new SourceFile(columns, cases, rejected, rows);
        } catch (CSVException | UncheckedIOException | IllegalArgumentException e) {
            throw new InvalidRequest("file", "is no well-formed CSV near data row " + (rows + 1) + ": " + message(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutMark(String name) {
        return (name.startsWith("\uFEFF") ? name.substring(1) : name).strip();
    }

    private static String message(Exception e) {
        Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        return String.valueOf(cause.getMessage());
    }
}
