package dev.hindsight.ops.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What one scrape of {@code /actuator/prometheus} answered. */
record Scrape(List<Sample> samples) {

    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    record Sample(String name, Map<String, String> labels, double value) {}

    static Scrape of(String text) {
        List<Sample> samples = new ArrayList<>();
        for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new AssertionError("no line of Prometheus: " + line);
            }
            Map<String, String> labels = new TreeMap<>();
            String inBraces = matcher.group(2);
            if (inBraces != null) {
                Matcher label = LABEL.matcher(inBraces);
                while (label.find()) {
                    labels.put(label.group(1), label.group(2));
                }
            }
            samples.add(new Sample(
                    matcher.group(1),
                    labels,
                    switch (matcher.group(3)) {
                        case "+Inf" -> Double.POSITIVE_INFINITY;
                        case "-Inf" -> Double.NEGATIVE_INFINITY;
                        default -> Double.parseDouble(matcher.group(3));
                    }));
        }
        return new Scrape(samples);
    }

    /** The sum of all samples of that name with these labels (name, value, name, value …); 0 where there is none. */
    double sum(String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name) && has(sample, labels))
                .mapToDouble(Sample::value)
                .sum();
    }

    boolean holds(String name, String... labels) {
        return samples.stream().anyMatch(sample -> sample.name().equals(name) && has(sample, labels));
    }

    private static boolean has(Sample sample, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Every metric's label names. */
    Map<String, Set<String>> labels() {
        return samples.stream()
                .collect(Collectors.toMap(
                        Sample::name,
                        sample -> sample.labels().keySet(),
                        (a, b) -> {
                            Set<String> both = new TreeSet<>(a);
                            both.addAll(b);
                            return both;
                        },
                        TreeMap::new));
    }
}
