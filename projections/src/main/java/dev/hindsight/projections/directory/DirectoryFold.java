package dev.hindsight.projections.directory;

import dev.hindsight.domain.configuration.ConfigurationEvent;
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
import dev.hindsight.domain.configuration.ConfigurationEvent.RetentionRulePublished;
import dev.hindsight.domain.configuration.ConfigurationEvent.RetentionRuleWithdrawn;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamChanged;
import dev.hindsight.domain.configuration.ConfigurationEvent.TeamCreated;
import dev.hindsight.domain.people.OrganizationEvent;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationChanged;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationCreated;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsShared;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsUnshared;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.people.PersonEvent.AgentAppointed;
import dev.hindsight.domain.people.PersonEvent.AgentDismissed;
import dev.hindsight.domain.people.PersonEvent.ErasureApproved;
import dev.hindsight.domain.people.PersonEvent.ErasureDeclined;
import dev.hindsight.domain.people.PersonEvent.ErasureFinished;
import dev.hindsight.domain.people.PersonEvent.ErasureRequested;
import dev.hindsight.domain.people.PersonEvent.PersonEmailVerified;
import dev.hindsight.domain.people.PersonEvent.PersonIdentified;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonLeftOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.people.PersonEvent.PersonalDataErased;
import dev.hindsight.projections.FoldFailure;
import dev.hindsight.projections.directory.DirectoryRow.CategoryRow;
import dev.hindsight.projections.directory.DirectoryRow.FieldRow;
import dev.hindsight.projections.directory.DirectoryRow.NameSince;
import dev.hindsight.projections.directory.DirectoryRow.Named;
import dev.hindsight.projections.directory.DirectoryRow.OrganizationRow;
import dev.hindsight.projections.directory.DirectoryRow.PersonRow;
import dev.hindsight.projections.directory.DirectoryRow.QueueRow;
import dev.hindsight.projections.directory.DirectoryRow.TeamRow;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How an event changes its entry of the directory: a pure function. */
final class DirectoryFold {

    private DirectoryFold() {}

    /**
     * Applies one event.
     *
     * @param before the entry after the stream's previous event, null before its first
     * @throws FoldFailure when the event does not fit
     */
    static DirectoryRow step(@Nullable DirectoryRow before, LoggedEvent logged) {
        var expected = before == null ? 1 : before.version() + 1;
        if (logged.version() != expected) {
            throw new FoldFailure("version " + expected + " expected, " + logged.version() + " came");
        }
        var after =
                switch (logged.event()) {
                    case PersonEvent e -> person(before, logged, e);
                    case OrganizationEvent e -> organization(before, logged, e);
                    case ConfigurationEvent e -> configuration(before, logged, e);
                    default -> throw new FoldFailure("not an event of the directory");
                };
        return named(after, logged.position()).at(logged.version(), logged.position());
    }

    /** Remembers from where on a new name holds. */
    private static DirectoryRow named(DirectoryRow row, long position) {
        if (!(row instanceof Named named) || named.name() == null) {
            return row;
        }
        var names = named.names();
        if (!names.isEmpty() && names.getLast().name().equals(named.name())) {
            return row;
        }
        return named.withNames(Stream.concat(names.stream(), Stream.of(new NameSince(named.name(), position)))
                .toList());
    }

    private static DirectoryRow person(@Nullable DirectoryRow before, LoggedEvent logged, PersonEvent event) {
        return switch (event) {
            case PersonRegistered e -> {
                begins(before);
                yield new PersonRow(
                        e.personId(),
                        logged.version(),
                        logged.position(),
                        e.at(),
                        null,
                        false,
                        e.subject() != null,
                        e.name() != null ? e.name() : e.sourceName(),
                        e.email(),
                        e.source(),
                        List.of());
            }
            case PersonIdentified e -> going(before, PersonRow.class).withIdentified();
            case PersonEmailVerified e -> going(before, PersonRow.class).withEmail(e.email());
            case PersonRenamed e -> going(before, PersonRow.class).withName(e.name());
            case AgentAppointed e -> going(before, PersonRow.class).withAgent(true);
            case AgentDismissed e -> going(before, PersonRow.class).withAgent(false);
            case PersonJoinedOrganization e -> going(before, PersonRow.class).withOrganization(e.organizationId());
            case PersonLeftOrganization e -> going(before, PersonRow.class).withOrganization(null);
            case PersonalDataErased e -> going(before, PersonRow.class).erased();
            case ErasureRequested e -> going(before, PersonRow.class);
            case ErasureApproved e -> going(before, PersonRow.class);
            case ErasureDeclined e -> going(before, PersonRow.class);
            case ErasureFinished e -> going(before, PersonRow.class);
            case PersonEvent.LegalHoldPlaced e -> going(before, PersonRow.class);
            case PersonEvent.LegalHoldReleased e -> going(before, PersonRow.class);
        };
    }

    private static DirectoryRow organization(
            @Nullable DirectoryRow before, LoggedEvent logged, OrganizationEvent event) {
        return switch (event) {
            case OrganizationCreated e -> {
                begins(before);
                yield new OrganizationRow(
                        e.organizationId(), logged.version(), logged.position(), e.at(), e.name(), false);
            }
            case OrganizationChanged e -> going(before, OrganizationRow.class).withName(e.name());
            case OrganizationTicketsShared e ->
                going(before, OrganizationRow.class).withSharedTickets(true);
            case OrganizationTicketsUnshared e ->
                going(before, OrganizationRow.class).withSharedTickets(false);
            case OrganizationEvent.LegalHoldPlaced e -> going(before, OrganizationRow.class);
            case OrganizationEvent.LegalHoldReleased e -> going(before, OrganizationRow.class);
        };
    }

    private static DirectoryRow configuration(
            @Nullable DirectoryRow before, LoggedEvent logged, ConfigurationEvent event) {
        var version = logged.version();
        var position = logged.position();
        return switch (event) {
            case QueueCreated e -> {
                begins(before);
                yield new QueueRow(
                        e.queue(), version, position, e.at(), e.name(), false, List.of(), List.of(), List.of());
            }
            case QueueChanged e -> going(before, QueueRow.class).withName(e.name());
            case QueueRestricted e -> going(before, QueueRow.class).withRestricted(true);
            case QueueUnrestricted e -> going(before, QueueRow.class).withRestricted(false);
            case QueueAccessGranted e -> going(before, QueueRow.class).withGrant(e.personOrTeam(), e.read(), e.work());
            case QueueAccessRevoked e -> going(before, QueueRow.class).withGrant(e.personOrTeam(), false, false);
            case TeamCreated e -> {
                begins(before);
                yield new TeamRow(e.team(), version, position, e.at(), e.name(), List.of(), List.of());
            }
            case TeamChanged e -> going(before, TeamRow.class).withName(e.name());
            case AgentJoinedTeam e -> going(before, TeamRow.class).withMember(e.person(), true);
            case AgentLeftTeam e -> going(before, TeamRow.class).withMember(e.person(), false);
            case CategoryDefined e -> {
                begins(before);
                yield new CategoryRow(e.category(), version, position, e.at(), e.name(), e.parent());
            }
            case CategoryChanged e ->
                new CategoryRow(
                        e.category(),
                        version,
                        position,
                        going(before, CategoryRow.class).createdAt(),
                        e.name(),
                        e.parent());
            case CustomFieldDefined e -> {
                begins(before);
                yield new FieldRow(e.field(), version, position, e.at(), e.name(), e.type(), e.options());
            }
            case CustomFieldRedefined e ->
                new FieldRow(
                        e.field(),
                        version,
                        position,
                        going(before, FieldRow.class).createdAt(),
                        e.name(),
                        e.type(),
                        e.options());
            case RetentionRulePublished e -> throw new FoldFailure("not an event of the directory");
            case RetentionRuleWithdrawn e -> throw new FoldFailure("not an event of the directory");
        };
    }

    private static void begins(@Nullable DirectoryRow before) {
        if (before != null) {
            throw new FoldFailure("the entry begins twice");
        }
    }

    private static <T extends DirectoryRow> T going(@Nullable DirectoryRow before, Class<T> type) {
        if (!type.isInstance(before)) {
            throw new FoldFailure("the entry does not begin with its first event");
        }
        return type.cast(before);
    }
}
