package dev.hindsight.query;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PastNamesTest {

    @Test
    void a_name_holds_from_its_position_to_the_next_one_and_the_first_one_before() {
        try (var rows = new ReadModelRows()) {
            UUID ana = rows.person("Ana Berg", true);
            UUID nameless = rows.person("nameless", false);
            rows.queue("hardware", "Hardware");
            rows.jooq
                    .update(PERSON)
                    .set(PERSON.NAMES, new String[] {"Ana", "Ana Berg"})
                    .set(PERSON.NAMES_SINCE, new Long[] {5L, 9L})
                    .where(PERSON.ID.eq(ana))
                    .execute();
            rows.jooq
                    .update(PERSON)
                    .set(PERSON.NAMES, new String[0])
                    .set(PERSON.NAMES_SINCE, new Long[0])
                    .where(PERSON.ID.eq(nameless))
                    .execute();

            List<@Nullable String> names = rows.models.read(snapshot -> {
                PastNames<UUID> people = PastNames.ofPeople(snapshot, Set.of(ana, nameless));
                return java.util.Arrays.asList(
                        people.at(ana, 1),
                        people.at(ana, 5),
                        people.at(ana, 8),
                        people.at(ana, 9),
                        people.at(ana, Long.MAX_VALUE),
                        people.at(nameless, 9),
                        people.at(UUID.randomUUID(), 9),
                        PastNames.ofQueues(snapshot, Set.of("hardware")).at("hardware", 3),
                        PastNames.ofTeams(snapshot, Set.of("hardware")).at("hardware", 3));
            });

            assertThat(names)
                    .containsExactly("Ana", "Ana", "Ana", "Ana Berg", "Ana Berg", null, null, "Hardware", null);
        }
    }
}
