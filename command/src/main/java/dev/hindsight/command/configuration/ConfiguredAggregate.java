package dev.hindsight.command.configuration;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.configuration.Configured;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** The stream of a queue, a category or a field; the domain decides. */
public class ConfiguredAggregate {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String id;

    private @Nullable Configured configured;

    /** For Axon, before the first event. */
    protected ConfiguredAggregate() {}

    ConfiguredAggregate(ConfigurationCommand first) {
        put(first);
    }

    void put(ConfigurationCommand command) {
        var event =
                switch (command) {
                    case PutQueue c -> Configured.putQueue((Configured.Queue) configured, c.key(), c.name(), c.at());
                    case PutCategory c ->
                        Configured.putCategory((Configured.Category) configured, c.key(), c.name(), c.parent(), c.at());
                    case PutField c -> Configured.putField((Configured.Field) configured, c.definition(), c.at());
                };
        event.ifPresent(e -> apply(e));
    }

    @EventSourcingHandler
    void on(ConfigurationEvent event) {
        id = event.streamId();
        configured = Configured.evolve(event);
    }
}
