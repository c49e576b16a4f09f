package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Classification.Patch;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationTest {

    private static Patch ranked(@Nullable Level impact, @Nullable Level urgency) {
        return new Patch(null, null, null, impact, urgency, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, P1, CRITICAL",
        "1, 2, P2, HIGH",
        "1, 3, P3, MODERATE",
        "2, 1, P2, HIGH",
        "2, 2, P3, MODERATE",
        "2, 3, P4, LOW",
        "3, 1, P3, MODERATE",
        "3, 2, P4, LOW",
        "3, 3, P5, PLANNING"
    })
    void priority_comes_from_impact_and_urgency(int impact, int urgency, Priority priority, String word) {
        assertThat(PriorityMatrix.HINDSIGHT.priority(Level.of(impact), Level.of(urgency)))
                .isEqualTo(priority);
        assertThat(priority.label()).isEqualTo(word);
    }

    @Test
    void levels_and_priorities_are_read_as_numbers_and_words() {
        assertThat(List.of(1, "1", "high", " HIGH "))
                .allSatisfy(word -> assertThat(Level.parse("impact", word)).isEqualTo(Level.HIGH));
        assertThat(List.of("P3", "p3", 3, "moderate"))
                .allSatisfy(word -> assertThat(Priority.parse("priority", word)).isEqualTo(Priority.P3));
        assertThatThrownBy(() -> Level.parse("impact", 4)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> Level.parse("impact", 1.5)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> Priority.parse("priority", "P6")).isInstanceOf(InvalidRequest.class);
        assertThat(Status.parse("status", "on_hold")).isEqualTo(Status.ON_HOLD);
        assertThatThrownBy(() -> Status.parse("status", "SOLVED"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("RESOLVED");
    }

    @Test
    void an_overridden_priority_stays_when_impact_changes_and_the_matrix_holds_again_after_withdrawal() {
        var ticket = newTicket();
        ticket = after(ticket, Classification.overridePriority(ticket, Priority.P2, "Fair tomorrow", T1));
        var changed = Classification.change(ticket, ranked(Level.HIGH, null), T1);
        assertThat(changed).containsExactly(new TicketPrioritized(ID, T1, 1, 3, "P3", "hindsight-1"));
        ticket = after(ticket, changed);
        assertThat(ticket.ranking().priority()).isEqualTo(Priority.P2);
        var withdrawn = Classification.withdrawOverride(ticket, T2);
        assertThat(withdrawn).containsExactly(new PriorityOverrideWithdrawn(ID, T2, "P2", "P3"));
        assertThat(after(ticket, withdrawn).ranking().priority()).isEqualTo(Priority.P3);
    }

    @Test
    void what_an_imported_ticket_does_not_know_counts_as_low_once_somebody_ranks_it() {
        var imported = after(List.of(new TicketImported(
                ID,
                T0,
                1,
                "desk",
                "7",
                "INCIDENT",
                null,
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                Map.of(),
                "IMPORT")));
        assertThat(imported.ranking().priority()).isNull();
        assertThat(Classification.change(imported, ranked(Level.MEDIUM, null), T1))
                .containsExactly(new TicketPrioritized(ID, T1, 2, 3, "P4", "hindsight-1"));
    }

    @Test
    void an_emptied_custom_field_is_gone_and_emptying_it_again_changes_nothing() {
        var given = new Patch(null, null, null, null, null, Map.of("floor", FieldValue.of("2")));
        var emptied = new Patch(null, null, null, null, null, Map.of("floor", FieldValue.EMPTY));
        var ticket = after(newTicket(), Classification.change(newTicket(), given, T1));
        var events = Classification.change(ticket, emptied, T2);
        assertThat(events).containsExactly(new CustomFieldChanged(ID, T2, "floor", null, null));
        assertThat(Classification.change(after(ticket, events), emptied, T2)).isEmpty();
    }

    @Test
    void a_category_is_emptied_by_a_change_to_nothing() {
        var to = new Patch(null, null, new Change<>("print"), null, null, Map.of());
        var from = new Patch(null, null, new Change<>(null), null, null, Map.of());
        var ticket = after(newTicket(), Classification.change(newTicket(), to, T1));
        assertThat(Classification.change(ticket, from, T2))
                .containsExactly(new TicketCategorized(ID, T2, "print", null));
        assertThat(Classification.change(newTicket(), from, T2)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "a,b", "tab\tbed", "nul\0", "nb\u00a0sp"})
    void tags_are_single_words(String tag) {
        assertThatThrownBy(() -> Classification.addTag(newTicket(), tag, T1)).isInstanceOf(InvalidRequest.class);
    }

    @Test
    void tags_are_lower_case_and_at_most_64_long() {
        assertThat(Tags.normalize(" ÄRGER ")).isEqualTo("ärger");
        assertThat(Tags.normalize("x".repeat(64))).hasSize(64);
        assertThatThrownBy(() -> Tags.normalize("x".repeat(65))).isInstanceOf(InvalidRequest.class);
    }

    @Test
    void a_subject_is_one_line_of_at_most_300_characters() {
        for (var subject : List.of("", "  ", "x".repeat(301), "two\nlines", "nul\0")) {
            var patch = new Patch(subject, null, null, null, null, Map.of());
            assertThatThrownBy(() -> Classification.change(newTicket(), patch, T1))
                    .isInstanceOf(InvalidRequest.class);
        }
        var patch = new Patch(" " + "\ud83d\ude00".repeat(300), null, null, null, null, Map.of());
        assertThat(Classification.change(newTicket(), patch, T1))
                .containsExactly(new SubjectChanged(ID, T1, "\ud83d\ude00".repeat(300)));
    }

    @Test
    void every_link_type_reads_differently_from_its_other_end_unless_it_goes_both_ways() {
        assertThat(LinkType.RELATES_TO.inverse()).isEqualTo("RELATES_TO");
        assertThat(LinkType.PARENT_OF.inverse()).isEqualTo("CHILD_OF");
        assertThat(Relations.link(newTicket(), LinkType.PARENT_OF, OTHER, T1))
                .containsExactly(new TicketLinked(ID, T1, "PARENT_OF", OTHER));
    }
}
