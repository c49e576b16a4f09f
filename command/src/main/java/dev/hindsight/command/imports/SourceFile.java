package dev.hindsight.command.imports;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
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

    /** Longest row in characters, its lines together: longer ones are skipped without being held. */
    static final int LONGEST_ROW = 1024 * 1024;

    /** What a row and a distinct cell cost beside their characters, about. */
    private static final int ROW_BYTES = 120;

    private static final int CELL_BYTES = 100;

    /** Characters of a header that a refusal repeats. */
    private static final int LONGEST_SHOWN = 500;

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
     * Reads the whole file and closes it; repeated contents are held once.
     *
     * @throws InvalidRequest when it is empty or lacks columns that the mapping names; field {@code file}
     */
    static SourceFile read(InputStream file, ImportMapping mapping) {
        return read(file, mapping, Runtime.getRuntime().maxMemory() / 3);
    }

    /** @param most bytes of memory that the rows may take, about: a file must not take the whole server down */
    static SourceFile read(InputStream file, ImportMapping mapping, long most) {
        var utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        try (var reader = new InputStreamReader(file, utf8)) {
            return new Reading(reader, mapping, most).all();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reading {
        private final Reader reader;
        private final ImportMapping mapping;
        private final Deque<String> again = new ArrayDeque<>();
        private final Map<String, List<SourceRow>> cases = new LinkedHashMap<>();
        private final List<Rejection> rejected = new ArrayList<>();
        private final Map<String, String> same = new HashMap<>();
        private final long most;
        private long held;
        private long line;
        private long rows;
        private final char[] buffer = new char[1 << 14];
        private int at;
        private int end;

        Reading(Reader reader, ImportMapping mapping, long most) {
            this.reader = reader;
            this.mapping = mapping;
            this.most = most;
        }

        SourceFile all() throws IOException {
            if (peek() == '\uFEFF') {
                at++;
            }
            Map<String, Integer> columns = header();
            int caseColumn = columns.getOrDefault(mapping.caseId(), -1);
            for (String first = next(); first != null; first = next()) {
                if (first.length() > LONGEST_ROW) {
                    rows++;
                    rejected.add(new Rejection(line, "is longer than " + LONGEST_ROW + " characters"));
                    hold(ROW_BYTES);
                    continue;
                } else if (first.isBlank()) {
                    continue;
                }
                rows++;
                long begins = line;
                row(begins, first, cells(first, columns.size()), caseColumn);
            }
            if (rows == 0) {
                throw new InvalidRequest("file", "has no rows below its header: export it again, with its rows");
            }
            return new SourceFile(columns, cases, rejected, rows);
        }

        private Map<String, Integer> header() throws IOException {
            String first = next();
            List<String> names = first == null || first.length() > LONGEST_ROW ? null : parse(first);
            if (names == null) {
                throw new InvalidRequest(
                        "file",
                        first == null
                                ? "is empty: export it again"
                                : "does not begin with a header of CSV: export it as CSV with a header line");
            }
            Map<String, Integer> columns = new HashMap<>();
            for (String name : names) {
                if (name.indexOf('\0') >= 0) {
                    throw new InvalidRequest(
                            "file", "is no text (NUL characters in its first line): export it as CSV in UTF-8");
                }
                if (columns.put(name.strip(), columns.size()) != null) {
                    throw new InvalidRequest("file", "has two columns named " + shown(name) + ": rename one of them");
                }
            }
            Set<String> missing = new TreeSet<>(mapping.columns());
            missing.removeAll(columns.keySet());
            if (!missing.isEmpty()) {
                throw new InvalidRequest(
                        "file",
                        missing.containsAll(mapping.columns())
                                ? "is not the log that this mapping describes: it has none of the columns "
                                        + String.join(", ", missing) + ", but " + shown(String.join(", ", names))
                                        + ". Give the file and the mapping that belong together"
                                : "lacks columns that the mapping names: " + String.join(", ", missing)
                                        + ". Its own are " + shown(String.join(", ", names))
                                        + ". Take the missing ones out of the mapping, or export the file with them");
            }
            return columns;
        }

        /** The wrong file may be anything. */
        private static String shown(String names) {
            String line = PlainText.repairedLine(names);
            return line.length() <= LONGEST_SHOWN ? line : line.substring(0, LONGEST_SHOWN) + "...";
        }

        private void row(long begins, String first, @Nullable List<String> read, int caseColumn) {
            // the case of a line that is no CSV still counts it, so that the rows after it keep their places
            List<String> cells = read == null ? List.of(first.split(",", -1)) : read;
            String caseId = cells.size() > caseColumn ? cells.get(caseColumn).strip() : "";
            hold(ROW_BYTES + 4L * cells.size());
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
            long quotes = quotes(first);
            while (quotes % 2 != 0 && more.size() < MOST_LINES) {
                String following = next();
                if (following == null) {
                    break;
                }
                more.add(following);
                if (text.length() + following.length() > LONGEST_ROW) {
                    break;
                }
                text.append('\n').append(following);
                quotes += quotes(following);
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
                cells[i] = same.computeIfAbsent(cells[i], cell -> {
                    hold(CELL_BYTES + 2L * cell.length());
                    return cell;
                });
            }
            return List.of(cells);
        }

        private void hold(long bytes) {
            held += bytes;
            if (held > most) {
                throw new InvalidRequest(
                        "file",
                        "has more in it than this server's memory holds, seen at line " + line
                                + ": import it in parts, each with whole cases, or give the server more memory");
            }
        }

        private @Nullable String next() throws IOException {
            String next = again.isEmpty() ? boundedLine() : again.pop();
            if (next != null) {
                line++;
            }
            return next;
        }

        /** The next line, or what a row may have of it and one character more; null at the end. */
        private @Nullable String boundedLine() throws IOException {
            if (peek() < 0) {
                return null;
            }
            StringBuilder read = new StringBuilder(256);
            while (peek() >= 0) {
                int from = at;
                while (at < end && buffer[at] != '\n' && buffer[at] != '\r') {
                    at++;
                }
                read.append(buffer, from, Math.min(at - from, LONGEST_ROW + 1 - read.length()));
                if (at < end) {
                    boolean mayHaveTwo = buffer[at++] == '\r';
                    if (mayHaveTwo && peek() == '\n') {
                        at++;
                    }
                    break;
                }
            }
            return read.toString();
        }

        /** The next character without taking it, -1 at the end. */
        private int peek() throws IOException {
            if (at == end) {
                at = 0;
                end = Math.max(0, reader.read(buffer));
            }
            return end == 0 ? -1 : buffer[at];
        }
    }
}
