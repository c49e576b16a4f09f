package dev.hindsight.ops.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The words that the made-up history is put together from, read from the {@code demo} resources. */
record DemoTexts(
        List<Case> cases,
        Map<String, List<String>> words,
        Map<String, List<String>> messages,
        List<String> firstNames,
        List<String> lastNames,
        List<String> agents,
        Map<String, String> queues) {

    /** One kind of request; subject and description hold words in braces. */
    record Case(
            String queue, String category, String type, int impact, int urgency, String subject, String description) {}

    private static final Pattern WORD = Pattern.compile("\\{(\\w+)}");

    static DemoTexts load() {
        Map<String, List<String>> names = lists("names.txt");
        Map<String, String> queues = new LinkedHashMap<>();
        for (String pair : names.getOrDefault("queues", List.of())) {
            String[] parts = pair.split("=", 2);
            queues.put(parts[0], parts[1]);
        }
        List<Case> cases = lines("subjects.txt").stream()
                .map(line -> line.split("\\|", -1))
                .map(cell -> new Case(
                        cell[0], cell[1], cell[2], cell[3].charAt(0) - '0', cell[3].charAt(2) - '0', cell[4], cell[5]))
                .toList();
        Map<String, List<String>> messages = lines("messages.txt").stream()
                .map(line -> line.split("\\|", 2))
                .collect(Collectors.groupingBy(
                        cell -> cell[0], Collectors.mapping(cell -> cell[1], Collectors.toList())));
        return new DemoTexts(
                cases,
                lists("words.txt"),
                messages,
                names.getOrDefault("first", List.of()),
                names.getOrDefault("last", List.of()),
                names.getOrDefault("agents", List.of()),
                queues);
    }

    /** Puts the same word for the same brace within one case. */
    static String fill(String text, Map<String, String> chosen) {
        Matcher matcher = WORD.matcher(text);
        return matcher.replaceAll(
                found -> Matcher.quoteReplacement(chosen.getOrDefault(found.group(1), found.group())));
    }

    Map<String, String> choose(RandomGenerator random) {
        Map<String, String> chosen = new LinkedHashMap<>();
        words.forEach((word, choices) -> chosen.put(word, pick(choices, random)));
        return chosen;
    }

    String message(String kind, RandomGenerator random) {
        return pick(messages.getOrDefault(kind, List.of()), random);
    }

    static <T> T pick(List<T> choices, RandomGenerator random) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static Map<String, List<String>> lists(String resource) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (String line : lines(resource)) {
            int colon = line.indexOf(':');
            lists.put(
                    line.substring(0, colon),
                    Arrays.stream(line.substring(colon + 1).split(","))
                            .map(String::strip)
                            .toList());
        }
        return lists;
    }

    private static List<String> lines(String resource) {
        try (InputStream in = DemoTexts.class.getResourceAsStream("/demo/" + resource)) {
            if (in == null) {
                throw new IllegalStateException("The build lacks demo/" + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
