package dev.hindsight.query.reports;

import dev.hindsight.query.PersonRef;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report as RFC 4180 has it, with a line of names in front. */
final class CsvReport {

    private CsvReport() {}

    static String of(Report report) {
        boolean times = report.unit().equals("seconds");
        var lines = new ArrayList<List<@Nullable Object>>();
        var names = new ArrayList<@Nullable Object>();
        for (String one : report.by()) {
            names.add(one);
            if (one.equals(Dimension.AGENT.word())) {
                names.add("agentName");
            }
        }
        names.add("count");
        if (times) {
            names.addAll(List.of("median", "p90", "mean", "total"));
        }
        lines.add(names);
        for (Report.Line line : report.items()) {
            var values = new ArrayList<@Nullable Object>();
            for (String one : report.by()) {
                Object value = line.group().get(one);
                if (one.equals(Dimension.AGENT.word())) {
                    values.add(value instanceof PersonRef person ? person.id() : null);
                    values.add(value instanceof PersonRef person ? person.name() : null);
                } else {
                    values.add(value);
                }
            }
            values.add(line.count());
            if (times) {
                values.add(number(line.median()));
                values.add(number(line.p90()));
                values.add(number(line.mean()));
                values.add(number(line.total()));
            }
            lines.add(values);
        }
        return lines.stream()
                .map(line -> line.stream().map(CsvReport::cell).collect(Collectors.joining(",", "", "\r\n")))
                .collect(Collectors.joining());
    }

    private static @Nullable Object number(@Nullable Double seconds) {
        return seconds == null ? null : BigDecimal.valueOf(seconds);
    }

    private static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        } else if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        String text = value.toString();
        // What a spreadsheet would work out as a formula is text.
        if (!text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0) {
            text = "'" + text;
        }
        return text.chars().anyMatch(sign -> ",\"\r\n".indexOf(sign) >= 0)
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }
}
