package dev.hindsight.query.history;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one person, organization, team, queue, field or category is after its events so far, by the names of its members
 * in the API. Issuers and subjects of tokens are no part of it. Not for concurrent use.
 */
final class Configured {

    /** A grant to a person or team. */
    record Held(String personOrTeam, boolean read, boolean work) {}

    /**
     * A member that an event changed.
     *
     * @param before null, text, Boolean, a list of text, {@link Held}, or the id of a member of a team
     * @param after likewise
     */
    record Difference(
            String field, @Nullable Object before, @Nullable Object after) {}

    private final Map<String, Object> state = new HashMap<>();
    private List<Difference> differences = new ArrayList<>();

    /**
     * Applies the stream's next event.
     *
     * @return what it changed
     */
    List<Difference> apply(Event event) {
        differences = new ArrayList<>();
        switch (event) {
            case ConfigurationEvent e -> configuration(e);
            case OrganizationEvent e -> organization(e);
            case PersonEvent e -> person(e);
            default -> throw new IllegalArgumentException(event.getClass() + " configures nothing");
        }
        return differences;
    }

    private void configuration(ConfigurationEvent event) {
        switch (event) {
            case QueueCreated e -> {
                set("name", e.name());
                set("access", "OPEN");
            }
            case QueueChanged e -> set("name", e.name());
            case QueueRestricted e -> set("access", "RESTRICTED");
            case QueueUnrestricted e -> set("access", "OPEN");
            case QueueAccessGranted e -> set("grant", e.personOrTeam(), new Held(e.personOrTeam(), e.read(), e.work()));
            case QueueAccessRevoked e -> set("grant", e.personOrTeam(), null);
            case TeamCreated e -> set("name", e.name());
            case TeamChanged e -> set("name", e.name());
            case AgentJoinedTeam e -> set("member", e.person().toString(), e.person());
            case AgentLeftTeam e -> set("member", e.person().toString(), null);
            case CategoryDefined e -> category(e.name(), e.parent());
            case CategoryChanged e -> category(e.name(), e.parent());
            case CustomFieldDefined e -> field(e.name(), e.type(), e.options());
            case CustomFieldRedefined e -> field(e.name(), e.type(), e.options());
            case RetentionRulePublished e -> set("rule", e.rule(), e.after());
            case RetentionRuleWithdrawn e -> set("rule", e.rule(), null);
        }
    }

    private void category(String name, @Nullable String parent) {
        set("name", name);
        set("parent", parent);
    }

    private void field(String name, String type, List<String> options) {
        set("name", name);
        set("type", type);
        set("options", options);
    }

    private void organization(OrganizationEvent event) {
        switch (event) {
            case OrganizationCreated e -> {
                set("name", e.name());
                set("sharedTickets", false);
            }
            case OrganizationChanged e -> set("name", e.name());
            case OrganizationTicketsShared e -> set("sharedTickets", true);
            case OrganizationTicketsUnshared e -> set("sharedTickets", false);
            case OrganizationEvent.LegalHoldPlaced e -> set("legalHold", e.reason());
            case OrganizationEvent.LegalHoldReleased e -> set("legalHold", null);
        }
    }

    private void person(PersonEvent event) {
        switch (event) {
            case PersonRegistered e -> {
                set("name", e.name() != null ? e.name() : e.sourceName());
                set("email", e.email());
                set("source", e.source());
                set("identified", e.subject() != null);
                set("agent", false);
            }
            case PersonIdentified e -> set("identified", true);
            case PersonEmailVerified e -> set("email", e.email());
            case PersonRenamed e -> set("name", e.name());
            case AgentAppointed e -> set("agent", true);
            case AgentDismissed e -> set("agent", false);
            case PersonJoinedOrganization e ->
                set("organization", e.organizationId().toString());
            case PersonLeftOrganization e -> set("organization", null);
            case ErasureRequested e -> set("erasure", "REQUESTED");
            case ErasureApproved e -> set("erasure", "APPROVED");
            case ErasureDeclined e -> set("erasure", "DECLINED");
            case PersonalDataErased e -> {
                set("name", Personal.ERASED);
                set("email", null);
                set("identified", false);
                set("agent", false);
                set("erasure", "ERASED");
            }
            case ErasureFinished e -> set("erasure", "FINISHED");
            case PersonEvent.LegalHoldPlaced e -> set("legalHold", e.reason());
            case PersonEvent.LegalHoldReleased e -> set("legalHold", null);
        }
    }

    private void set(String field, @Nullable Object value) {
        set(field, "", value);
    }

    /** @param one which of a field that is many */
    private void set(String field, String one, @Nullable Object value) {
        String place = field + " " + one;
        Object before = value == null ? state.remove(place) : state.put(place, value);
        boolean nothingYet =
                before == null && (Boolean.FALSE.equals(value) || List.of().equals(value));
        if (!Objects.equals(before, value) && !nothingYet) {
            differences.add(new Difference(field, before, value));
        }
    }
}
