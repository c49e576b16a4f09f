package dev.hindsight.command.configuration;

import static java.util.Objects.requireNonNull;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import dev.hindsight.command.configuration.ConfigurationCommand.AddTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.GrantQueueAccess;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.configuration.ConfigurationCommand.PutRetentionRules;
import dev.hindsight.command.configuration.ConfigurationCommand.PutTeam;
import dev.hindsight.command.configuration.ConfigurationCommand.RemoveTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.RevokeQueueAccess;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.configuration.Configured;
import java.util.List;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** The stream of a queue, a category, a field or a team; the domain decides. */
public class ConfiguredAggregate {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String id;

    private @Nullable Configured configured;

    /** For Axon, before the first event. */
    protected ConfiguredAggregate() {}

    ConfiguredAggregate(List<ConfigurationEvent> beginning) {
        beginning.forEach(event -> apply(event));
    }

    /** Answers what happened. */
    List<ConfigurationEvent> change(ConfigurationCommand command) {
        var events = decide(configured, command);
        events.forEach(event -> apply(event));
        return events;
    }

    static List<ConfigurationEvent> decide(@Nullable Configured before, ConfigurationCommand command) {
        return switch (command) {
            case PutQueue c ->
                Configured.putQueue((Configured.Queue) before, c.key(), c.name(), c.restricted(), c.at());
            case GrantQueueAccess c ->
                queue(before).grant(c.personOrTeam(), c.work(), c.at()).stream().toList();
            case RevokeQueueAccess c ->
                queue(before).revoke(c.personOrTeam(), c.at()).stream().toList();
            case PutTeam c ->
                Configured.putTeam((Configured.Team) before, c.key(), c.name(), c.at()).stream()
                        .toList();
            case AddTeamMember c ->
                team(before).join(c.person(), c.at()).stream().toList();
            case RemoveTeamMember c ->
                team(before).leave(c.person(), c.at()).stream().toList();
            case PutCategory c ->
                Configured.putCategory((Configured.Category) before, c.key(), c.name(), c.parent(), c.at()).stream()
                        .toList();
            case PutRetentionRules c -> Configured.putRetention((Configured.Retention) before, c.rules(), c.at());
            case PutField c ->
                Configured.putField((Configured.Field) before, c.definition(), c.at()).stream()
                        .toList();
        };
    }

    private static Configured.Queue queue(@Nullable Configured before) {
        return (Configured.Queue) requireNonNull(before, "a queue begins with QueueCreated");
    }

    private static Configured.Team team(@Nullable Configured before) {
        return (Configured.Team) requireNonNull(before, "a team begins with TeamCreated");
    }

    @EventSourcingHandler
    void on(ConfigurationEvent event) {
        id = event.streamId();
        configured = Configured.evolve(configured, event);
    }
}
