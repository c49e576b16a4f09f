package dev.hindsight.command.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.configuration.ConfigurationCommand.AddTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.GrantQueueAccess;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.configuration.ConfigurationCommand.PutTeam;
import dev.hindsight.command.configuration.ConfigurationCommand.RemoveTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.RevokeQueueAccess;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentJoinedTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentLeftTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.CategoryChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.CategoryDefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.CustomFieldDefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.CustomFieldRedefined;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessGranted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessRevoked;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueCreated;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueRestricted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueUnrestricted;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamCreated;
import dev.hindsight.domain.configuration.FieldDefinition;
import dev.hindsight.domain.configuration.FieldType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigurationCommandsTest {

    private static final Instant T0 = Instant.parse("2026-03-02T08:00:00Z");
    private static final Instant T1 = T0.plusSeconds(60);

    private static final QueueCreated PRINT = new QueueCreated("print", T0, "Printing");
    private static final QueueRestricted RESTRICTED = new QueueRestricted("print", T0);
    private static final UUID BEN = UUID.fromString("01900000-0000-7000-8000-00000000000b");
    private static final CategoryDefined PAPER = new CategoryDefined("paper", T0, "Paper", null);
    private static final CustomFieldDefined FLOOR =
            new CustomFieldDefined("floor", T0, "Floor", "SELECT", List.of("1", "2"));

    private final AggregateTestFixture<ConfiguredAggregate> fixture =
            new AggregateTestFixture<>(ConfiguredAggregate.class);

    private final List<Event> beside = new ArrayList<>();

    @BeforeEach
    void handlers() {
        fixture.registerAnnotatedCommandHandler(new ConfigurationHandler(fixture.getRepository(), beside::add));
    }

    private static PutField floor(FieldType type, String... options) {
        return new PutField(new FieldDefinition("floor", "Floor", type, List.of(options)), T1);
    }

    @Test
    void a_queue_is_created() {
        fixture.givenNoPriorActivity()
                .when(new PutQueue("print", "Printing", T0))
                .expectEvents(PRINT)
                .expectResultMessagePayload(Receipt.made("queue-print", 1));
    }

    @Test
    void a_queue_is_renamed() {
        fixture.given(PRINT)
                .when(new PutQueue("print", "Print room", T1))
                .expectEvents(new QueueChanged("print", T1, "Print room"))
                .expectResultMessagePayload(Receipt.written("queue-print", 2));
    }

    @Test
    void a_queue_that_is_called_so_already_stays_as_it_is() {
        fixture.given(PRINT)
                .when(new PutQueue("print", "Printing", T1))
                .expectNoEvents()
                .expectResultMessagePayload(Receipt.written("queue-print", 1));
    }

    @Test
    void a_change_is_never_dated_before_the_one_before_it() {
        fixture.given(PRINT)
                .when(new PutQueue("print", "Print room", T0.minusSeconds(5)))
                .expectEvents(new QueueChanged("print", T0, "Print room"));
    }

    @Test
    void a_queue_is_restricted_and_opened_again_only_when_somebody_says_so() {
        fixture.givenNoPriorActivity()
                .when(new PutQueue("print", "Printing", true, T0))
                .expectEvents(PRINT, RESTRICTED)
                .expectResultMessagePayload(Receipt.made("queue-print", 2));
        fixture.given(PRINT, RESTRICTED)
                .when(new PutQueue("print", "Print room", T1))
                .expectEvents(new QueueChanged("print", T1, "Print room"));
        fixture.given(PRINT, RESTRICTED)
                .when(new PutQueue("print", "Printing", true, T1))
                .expectNoEvents();
        fixture.given(PRINT, RESTRICTED)
                .when(new PutQueue("print", "Printing", false, T1))
                .expectEvents(new QueueUnrestricted("print", T1));
        assertThat(beside).contains(RESTRICTED, new QueueUnrestricted("print", T1));
    }

    @Test
    void a_queue_is_granted_changed_left_alone_and_revoked() {
        var reads = new QueueAccessGranted("print", T0, "second-line", true, false);
        fixture.given(PRINT, RESTRICTED)
                .when(new GrantQueueAccess("print", "second-line", false, T0))
                .expectEvents(reads)
                .expectResultMessagePayload(Receipt.written("queue-print", 3));
        fixture.given(PRINT, reads)
                .when(new GrantQueueAccess("print", "second-line", false, T1))
                .expectNoEvents();
        fixture.given(PRINT, reads)
                .when(new GrantQueueAccess("print", "second-line", true, T1))
                .expectEvents(new QueueAccessGranted("print", T1, "second-line", true, true));
        fixture.given(PRINT, reads)
                .when(new RevokeQueueAccess("print", "second-line", T1))
                .expectEvents(new QueueAccessRevoked("print", T1, "second-line"));
        fixture.given(PRINT, reads)
                .when(new RevokeQueueAccess("print", "first-line", T1))
                .expectNoEvents();
        fixture.givenNoPriorActivity()
                .when(new GrantQueueAccess("print", "second-line", true, T1))
                .expectException(AggregateNotFoundException.class);
    }

    @Test
    void a_team_is_created_renamed_joined_and_left() {
        var created = new TeamCreated("second-line", T0, "Second line");
        var joined = new AgentJoinedTeam("second-line", T0, BEN);
        fixture.givenNoPriorActivity()
                .when(new PutTeam("second-line", "Second line", T0))
                .expectEvents(created);
        fixture.given(created)
                .when(new PutTeam("second-line", "Second line", T1))
                .expectNoEvents();
        fixture.given(created)
                .when(new PutTeam("second-line", "Days", T1))
                .expectEvents(new TeamChanged("second-line", T1, "Days"));
        fixture.given(created).when(new AddTeamMember("second-line", BEN, T0)).expectEvents(joined);
        fixture.given(created, joined)
                .when(new AddTeamMember("second-line", BEN, T1))
                .expectNoEvents();
        fixture.given(created, joined)
                .when(new RemoveTeamMember("second-line", BEN, T1))
                .expectEvents(new AgentLeftTeam("second-line", T1, BEN));
        fixture.given(created)
                .when(new RemoveTeamMember("second-line", BEN, T1))
                .expectNoEvents();
        fixture.givenNoPriorActivity()
                .when(new AddTeamMember("second-line", BEN, T1))
                .expectException(AggregateNotFoundException.class);
    }

    @Test
    void a_category_is_defined_changed_and_left_alone() {
        fixture.givenNoPriorActivity()
                .when(new PutCategory("paper", "Paper", null, T0))
                .expectEvents(PAPER);
        fixture.given(PAPER)
                .when(new PutCategory("paper", "Paper", "office", T1))
                .expectEvents(new CategoryChanged("paper", T1, "Paper", "office"));
        fixture.given(PAPER).when(new PutCategory("paper", "Paper", null, T1)).expectNoEvents();
    }

    @Test
    void a_field_is_defined_redefined_and_left_alone() {
        fixture.givenNoPriorActivity()
                .when(new PutField(new FieldDefinition("floor", "Floor", FieldType.SELECT, List.of("1", "2")), T0))
                .expectEvents(FLOOR);
        fixture.given(FLOOR)
                .when(floor(FieldType.SELECT, "1", "2", "3"))
                .expectEvents(new CustomFieldRedefined("floor", T1, "Floor", "SELECT", List.of("1", "2", "3")));
        fixture.given(FLOOR).when(floor(FieldType.SELECT, "1", "2")).expectNoEvents();
    }

    @Test
    void the_type_of_a_field_never_changes() {
        fixture.given(FLOOR)
                .when(floor(FieldType.TEXT))
                .expectException(Refusal.class)
                .expectException(new Named("FIELD_TYPE_FIXED"))
                .expectNoEvents();
    }

    @Test
    void options_belong_to_choices_and_choices_need_them() {
        fixture.givenNoPriorActivity().when(floor(FieldType.TEXT, "1")).expectException(InvalidRequest.class);
        fixture.givenNoPriorActivity().when(floor(FieldType.SELECT)).expectException(InvalidRequest.class);
        fixture.givenNoPriorActivity()
                .when(floor(FieldType.MULTI_SELECT, "1", "1"))
                .expectException(InvalidRequest.class);
        fixture.givenNoPriorActivity().when(floor(FieldType.SELECT, " ")).expectException(InvalidRequest.class);
    }

    /** A refusal of that name. */
    private static final class Named extends org.hamcrest.CustomTypeSafeMatcher<Refusal> {
        private final String code;

        Named(String code) {
            super("a refusal named " + code);
            this.code = code;
        }

        @Override
        protected boolean matchesSafely(Refusal refusal) {
            return refusal.code().equals(code);
        }
    }
}
