package dev.hindsight.ops.imports;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a log says, computed from its CSV without the importer's classes: its own reader, its own tables of moves.
 *
 * @param status of each case at the end
 * @param assignee of each case at the end, those without one left out
 * @param entered how often each status was entered on each UTC day; a case begins by entering NEW
 * @param irregularLines lines of moves outside the table, rising
 * @param reopenings moves from RESOLVED to OPEN
 * @param repeated rows that state the status of the row before
 */
record Figures(
        Map<String, String> status,
        Map<String, String> assignee,
        Map<String, Integer> entered,
        List<Integer> irregularLines,
        int reopenings,
        int repeated,
        int rows) {

    /** As VOCABULARY lists them; WorkStarted first from NEW to PENDING and ON_HOLD is counted apart. */
    private static final Map<String, List<String>> LEGAL = Map.of(
            "NEW", List.of("OPEN", "PENDING", "ON_HOLD", "RESOLVED", "CANCELLED"),
            "OPEN", List.of("PENDING", "ON_HOLD", "RESOLVED", "CANCELLED"),
            "PENDING", List.of("OPEN", "ON_HOLD", "RESOLVED", "CANCELLED"),
            "ON_HOLD", List.of("OPEN", "PENDING", "RESOLVED", "CANCELLED"),
            "RESOLVED", List.of("OPEN", "CLOSED", "CANCELLED"),
            "CLOSED", List.of());

    private static final Map<String, String> SERVICENOW = Map.of(
            "New", "NEW",
            "Active", "OPEN",
            "Awaiting User Info", "PENDING",
            "Awaiting Problem", "ON_HOLD",
            "Awaiting Vendor", "ON_HOLD",
            "Awaiting Evidence", "ON_HOLD",
            "Resolved", "RESOLVED",
            "Closed", "CLOSED");

    private static final class Case {
        @Nullable
        Instant last;

        String status = "NEW";
        String assignee = "";
        boolean problem;
        String stated = "";
    }

    private static final class Count {
        final Map<String, Case> cases = new LinkedHashMap<>();
        final Instant upTo;
        final Set<String> beyond = new HashSet<>();
        final Map<String, Integer> entered = new TreeMap<>();
        final List<Integer> irregular = new ArrayList<>();
        int reopenings;
        int repeated;

        Count(Instant upTo) {
            this.upTo = upTo;
        }

        /** @return null where the case was not so far at the moment */
        @Nullable
        Case at(String id, Instant time) {
            Case known = cases.get(id);
            Instant last = known == null ? null : known.last;
            if ((last == null || time.isAfter(last) ? time : last).isAfter(upTo)) {
                beyond.add(id);
            }
            if (beyond.contains(id)) {
                return null;
            }
            Case of = cases.computeIfAbsent(id, key -> new Case());
            if (of.last == null) {
                of.last = time;
                enter(of, "NEW");
            } else if (time.isAfter(of.last)) {
                of.last = time;
            }
            return of;
        }

        void move(Case of, String to, int line) {
            if (to.equals(of.status) || to.equals("NEW")) {
                return;
            }
            if (!LEGAL.getOrDefault(of.status, List.of()).contains(to)) {
                irregular.add(line);
            }
            if (of.status.equals("RESOLVED") && to.equals("OPEN")) {
                reopenings++;
            }
            if (of.status.equals("NEW") && (to.equals("PENDING") || to.equals("ON_HOLD"))) {
                enter(of, "OPEN");
            }
            of.status = to;
            enter(of, to);
        }

        private void enter(Case of, String status) {
            LocalDate day = LocalDate.ofInstant(of.last == null ? Instant.MIN : of.last, ZoneOffset.UTC);
            entered.merge(status + " " + day, 1, Integer::sum);
        }

        Figures figures(int rows) {
            Map<String, String> status = new TreeMap<>();
            Map<String, String> assignee = new TreeMap<>();
            cases.forEach((id, of) -> {
                status.put(id, of.status);
                if (!of.assignee.isEmpty()) {
                    assignee.put(id, of.assignee);
                }
            });
            return new Figures(status, assignee, entered, irregular, reopenings, repeated, rows);
        }
    }

    static Figures ofServiceNow(String csv) {
        return ofServiceNow(csv, Instant.MAX);
    }

    /** What it said at a moment. */
    static Figures ofServiceNow(String csv, Instant upTo) {
        List<Row> rows = rows(csv);
        Count count = new Count(upTo);
        DateTimeFormatter format = DateTimeFormatter.ofPattern("dd-MM-uuuu HH:mm");
        for (Row row : rows) {
            Instant time =
                    LocalDateTime.parse(row.get("sys_updated_at"), format).toInstant(ZoneOffset.UTC);
            Case of = count.at(row.get("number"), time);
            if (of == null) {
                continue;
            }
            String state = row.get("incident_state");
            count.repeated += state.equals(of.stated) ? 1 : 0;
            of.stated = state;
            of.assignee = row.get("assigned_to").equals("?") ? "" : row.get("assigned_to");
            count.move(of, SERVICENOW.getOrDefault(state, of.status), row.line());
        }
        return count.figures(rows.size());
    }

    static Figures ofHelpdesk(String csv) {
        return ofHelpdesk(csv, Instant.MAX);
    }

    /** What it said at a moment. */
    static Figures ofHelpdesk(String csv, Instant upTo) {
        List<Row> rows = rows(csv);
        Count count = new Count(upTo);
        for (Row row : rows) {
            Instant time = LocalDateTime.parse(row.get("end_timestamp")).toInstant(ZoneOffset.UTC);
            Case of = count.at(row.get("caseid"), time);
            if (of == null) {
                continue;
            }
            String activity = row.get("task");
            boolean problem = false;
            switch (activity) {
                case "Take in charge ticket" -> {
                    of.assignee = row.get("user");
                    count.move(of, "OPEN", row.line());
                }
                case "Wait", "Require upgrade", "Schedule intervention" -> count.move(of, "ON_HOLD", row.line());
                case "Create SW anomaly" -> {
                    count.move(of, "ON_HOLD", row.line());
                    problem = true;
                }
                case "Resolve SW anomaly" -> {
                    if (of.problem) {
                        count.move(of, "OPEN", row.line());
                    }
                }
                case "Resolve ticket" -> count.move(of, "RESOLVED", row.line());
                case "Closed" -> count.move(of, "CLOSED", row.line());
                default -> problem = of.problem; // an activity only
            }
            of.problem = problem;
        }
        return count.figures(rows.size());
    }

    private record Row(int line, Map<String, String> cells) {
        String get(String column) {
            return cells.getOrDefault(column, "");
        }
    }

    /** Character by character: quotes, doubled quotes, line ends within quotes. */
    private static List<Row> rows(String csv) {
        List<Row> rows = new ArrayList<>();
        List<String> header = List.of();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        int line = 1;
        int begins = 1;
        for (int i = 0; i < csv.length(); i++) {
            char c = csv.charAt(i);
            line += c == '\n' ? 1 : 0;
            if (quoted) {
                if (c == '"' && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    cell.append(c);
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == '\n') {
                cells.add(cell.toString());
                cell.setLength(0);
                if (c == '\n') {
                    if (header.isEmpty()) {
                        header = List.copyOf(cells);
                    } else {
                        Map<String, String> row = new HashMap<>();
                        for (int k = 0; k < header.size(); k++) {
                            row.put(header.get(k), cells.get(k));
                        }
                        rows.add(new Row(begins, row));
                    }
                    cells.clear();
                    begins = line;
                }
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        return rows;
    }
}
