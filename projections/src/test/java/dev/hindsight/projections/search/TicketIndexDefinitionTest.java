package dev.hindsight.projections.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TicketIndexDefinitionTest {

    private static JsonNode definition;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream file = TicketIndexDefinitionTest.class.getResourceAsStream("/search/tickets-v2.json")) {
            definition = JsonMapper.builder().build().readTree(file);
        }
    }

    @Test
    void the_index_holds_exactly_what_documents_have() {
        Set<String> components = Arrays.stream(TicketDocument.class.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());
        assertThat(definition.at("/mappings/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(components);
        assertThat(definition.at("/mappings/dynamic").asString()).isEqualTo("strict");
    }

    @Test
    void the_published_field_names_exist() throws IllegalAccessException {
        for (var constant : TicketIndex.class.getFields()) {
            boolean name = Modifier.isStatic(constant.getModifiers())
                    && constant.getType() == String.class
                    && !constant.getName().equals("AS_SPELLED");
            if (name) {
                String path = "/" + constant.get(null).toString().replace(".", "/fields/");
                assertThat(definition.at("/mappings/properties" + path).isObject())
                        .as(constant.getName())
                        .isTrue();
            }
        }
        assertThat(definition.at("/settings/index/analysis/analyzer").has(TicketIndex.AS_SPELLED))
                .isTrue();
    }

    @Test
    void what_requesters_may_read_and_notes_together_are_all_texts() {
        List<String> texts = definition
                .at("/mappings/properties")
                .propertyStream()
                .filter(field -> field.getValue().path("type").asString().equals("text"))
                .map(field -> field.getKey())
                .toList();
        assertThat(texts)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(TicketIndex.PUBLIC_TEXTS.stream(), Stream.of(TicketIndex.INTERNAL_NOTES))
                                .toList());
    }
}
