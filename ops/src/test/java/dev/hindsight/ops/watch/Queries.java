package dev.hindsight.ops.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The PromQL of all dashboards and alerts, and what it names. */
final class Queries {

    static final Path MONITORING =
            Path.of(System.getProperty("hindsight.root", "..")).resolve("ops/monitoring");

    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)?\\s*\\{([^}]*)}");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.])([a-zA-Z_:][\\w:]*)(?!\\w)(?!\\s*\\()");
    private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
    private static final Set<String> WORDS = Set.of("or", "and", "unless", "bool", "offset", "inf", "nan");

    private Queries() {}

    /** Every query by where it stands. */
    static Map<String, String> all() {
        Map<String, String> queries = new LinkedHashMap<>(dashboards());
        alerts().forEach((name, alert) -> queries.put("alert " + name, String.valueOf(alert.get("expr"))));
        return queries;
    }

    static Map<String, String> dashboards() {
        Map<String, String> queries = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(MONITORING.resolve("grafana/dashboards"))) {
            for (Path file : files.sorted().toList()) {
                JsonNode dashboard = JsonMapper.builder().build().readTree(Files.readString(file));
                for (JsonNode panel : dashboard.path("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        queries.put(
                                "%s, %s, %s"
                                        .formatted(
                                                file.getFileName(),
                                                panel.path("title").asString(),
                                                target.path("refId").asString()),
                                target.path("expr").asString().replace("$__rate_interval", "1m"));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return queries;
    }

    /** The alert rules by name. */
    static Map<String, Map<String, Object>> alerts() {
        Map<String, Map<String, Object>> alerts = new LinkedHashMap<>();
        try {
            Map<String, Object> file = new Yaml().load(Files.readString(MONITORING.resolve("alerts.yml")));
            for (Map<String, Object> group : list(file.get("groups"))) {
                for (Map<String, Object> rule : list(group.get("rules"))) {
                    alerts.put(String.valueOf(rule.get("alert")), rule);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return alerts;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(@Nullable Object value) {
        return (List<Map<String, Object>>) Objects.requireNonNull(value);
    }

    /** The metrics that a query names, each with the labels that the query asks of it or of what comes from it. */
    static Map<String, Set<String>> named(String query) {
        String plain = STRING.matcher(query).replaceAll("\"\"").replaceAll("\\[[^\\]]*]", "");
        Set<String> grouped = new TreeSet<>();
        Matcher grouping = GROUPING.matcher(plain);
        while (grouping.find()) {
            for (String label : grouping.group(1).split(",")) {
                if (!label.isBlank()) {
                    grouped.add(label.strip());
                }
            }
        }
        plain = grouping.replaceAll(" ");
        Map<String, Set<String>> named = new TreeMap<>();
        Matcher selector = SELECTOR.matcher(plain);
        while (selector.find()) {
            Set<String> labels =
                    named.computeIfAbsent(String.valueOf(selector.group(1)), name -> new TreeSet<>(grouped));
            Matcher label = LABEL.matcher(selector.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
        }
        Matcher name = NAME.matcher(selector.replaceAll(" "));
        while (name.find()) {
            if (!WORDS.contains(name.group(1).toLowerCase(java.util.Locale.ROOT))) {
                named.computeIfAbsent(name.group(1), each -> new TreeSet<>(grouped));
            }
        }
        return named;
    }
}
