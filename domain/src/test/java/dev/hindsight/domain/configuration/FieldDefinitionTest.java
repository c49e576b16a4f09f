package dev.hindsight.domain.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldDefinitionTest {

    private static FieldDefinition field(FieldType type, String... options) {
        return new FieldDefinition("f", "A field", type, List.of(options));
    }

    private static void refuses(FieldDefinition field, Object... values) {
        for (var value : values) {
            assertThatThrownBy(() -> field.normalize(value))
                    .as("%s", value)
                    .isInstanceOfSatisfying(
                            InvalidRequest.class,
                            invalid -> assertThat(invalid.errors())
                                    .extracting(FieldError::field)
                                    .containsExactly("customFields.f"));
        }
    }

    @Test
    void text_is_kept_as_it_came_and_apart_from_values() {
        assertThat(field(FieldType.TEXT).normalize(" two\nlines ")).isEqualTo(FieldValue.ofText(" two\nlines "));
        refuses(field(FieldType.TEXT), 12, true, List.of("a"), "x".repeat(4_001), "nul\0");
    }

    @Test
    void a_number_has_one_spelling() {
        var number = field(FieldType.NUMBER);
        for (var same : List.of(1200, 1200L, "1200.00", "1.2e3", new BigDecimal("1200.0"))) {
            assertThat(number.normalize(same)).isEqualTo(FieldValue.of("1200"));
        }
        assertThat(number.normalize(-0.0)).isEqualTo(FieldValue.of("0"));
        assertThat(number.normalize(0.125)).isEqualTo(FieldValue.of("0.125"));
        refuses(number, "twelve", true, List.of(1), "1e1000000000", "1e-1000000000", Double.NaN, "0e999999999");
    }

    @Test
    void a_boolean_is_true_or_false() {
        assertThat(field(FieldType.BOOLEAN).normalize(true)).isEqualTo(FieldValue.of("true"));
        assertThat(field(FieldType.BOOLEAN).normalize("false")).isEqualTo(FieldValue.of("false"));
        refuses(field(FieldType.BOOLEAN), "yes", 1, "TRUE");
    }

    @Test
    void a_date_is_an_iso_date() {
        assertThat(field(FieldType.DATE).normalize("2026-02-28")).isEqualTo(FieldValue.of("2026-02-28"));
        refuses(field(FieldType.DATE), "2026-02-30", "28.02.2026", 20260228, "+999999999-01-01x");
    }

    @Test
    void choices_are_among_the_options_each_once_and_in_their_order() {
        var one = field(FieldType.SELECT, "north", "south");
        assertThat(one.normalize("south")).isEqualTo(FieldValue.of("south"));
        refuses(one, "west", List.of("north"), "North", 1);
        var many = field(FieldType.MULTI_SELECT, "north", "south");
        assertThat(many.normalize(List.of("south", "north", "south"))).isEqualTo(FieldValue.of("north", "south"));
        assertThat(many.normalize(List.of())).isEqualTo(FieldValue.EMPTY);
        refuses(many, "north", List.of("west"), List.of(1));
    }

    @Test
    void nothing_and_blank_empty_every_type() {
        for (var type : FieldType.values()) {
            assertThat(field(type, "a").normalize(null)).isEqualTo(FieldValue.EMPTY);
            assertThat(field(type, "a").normalize(" ")).isEqualTo(FieldValue.EMPTY);
        }
    }

    @Test
    void every_wrong_field_is_named_at_once() {
        var given = new HashMap<String, Object>();
        given.put("floor", "two");
        given.put("ghost", 1);
        given.put("site", "north");
        var definitions = Map.of(
                "floor", new FieldDefinition("floor", "Floor", FieldType.NUMBER, List.of()),
                "site", new FieldDefinition("site", "Site", FieldType.SELECT, List.of("north")));
        assertThatThrownBy(() -> FieldDefinition.normalizeAll(definitions, given))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        invalid -> assertThat(invalid.errors())
                                .extracting(FieldError::field)
                                .containsExactlyInAnyOrder("customFields.floor", "customFields.ghost"));
        assertThat(FieldDefinition.normalizeAll(definitions, Map.of("site", "north")))
                .isEqualTo(Map.of("site", FieldValue.of("north")));
    }
}
