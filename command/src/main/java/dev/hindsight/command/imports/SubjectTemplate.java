package dev.hindsight.command.imports;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A subject put together from columns in braces; columns that are not known leave nothing behind. */
final class SubjectTemplate {

    private static final Pattern COLUMN = Pattern.compile("\\{([^{}]+)}");

    private SubjectTemplate() {}

    static List<String> columns(@Nullable String template) {
        return template == null
                ? List.of()
                : COLUMN.matcher(template)
                        .results()
                        .map(found -> found.group(1))
                        .toList();
    }

    /** @param known answers a column's content, null where it is not known */
    static @Nullable String fill(@Nullable String template, Function<String, @Nullable String> known) {
        if (template == null || columns(template).stream().allMatch(column -> known.apply(column) == null)) {
            return null;
        }
        String filled = COLUMN.matcher(template).replaceAll(found -> {
            String content = known.apply(found.group(1));
            return content == null ? "" : Matcher.quoteReplacement(content.strip());
        });
        return filled.replaceAll("\\s+", " ").replaceAll("^[\\s:,;/-]+|[\\s:,;/-]+$", "");
    }
}
