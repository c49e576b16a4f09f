package dev.hindsight.command.configuration;

import dev.hindsight.command.configuration.ConfigurationCommand.AddTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.GrantQueueAccess;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.configuration.ConfigurationCommand.PutRetentionRules;
import dev.hindsight.command.configuration.ConfigurationCommand.PutTeam;
import dev.hindsight.command.configuration.ConfigurationCommand.RemoveTeamMember;
import dev.hindsight.command.configuration.ConfigurationCommand.RevokeQueueAccess;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.domain.Event;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;

/**
 * Puts queues, categories, fields and teams: made where there is none, changed where they differ. Grants and members
 * are given to what exists.
 */
public final class ConfigurationHandler {

    private final Repository<ConfiguredAggregate> configuration;
    private final Consumer<Event> beside;

    /** @param beside told of every event, in its transaction */
    public ConfigurationHandler(Repository<ConfiguredAggregate> configuration, Consumer<Event> beside) {
        this.configuration = configuration;
        this.beside = beside;
    }

    @CommandHandler
    Receipt handle(PutQueue command) throws Exception {
        return put(command);
    }

    @CommandHandler
    Receipt handle(PutCategory command) throws Exception {
        return put(command);
    }

    @CommandHandler
    Receipt handle(PutField command) throws Exception {
        return put(command);
    }

    @CommandHandler
    Receipt handle(PutTeam command) throws Exception {
        return put(command);
    }

    @CommandHandler
    Receipt handle(PutRetentionRules command) throws Exception {
        return put(command);
    }

    @CommandHandler
    Receipt handle(GrantQueueAccess command) {
        return change(configuration.load(command.streamId()), command);
    }

    @CommandHandler
    Receipt handle(RevokeQueueAccess command) {
        return change(configuration.load(command.streamId()), command);
    }

    @CommandHandler
    Receipt handle(AddTeamMember command) {
        return change(configuration.load(command.streamId()), command);
    }

    @CommandHandler
    Receipt handle(RemoveTeamMember command) {
        return change(configuration.load(command.streamId()), command);
    }

    /** Not Axon's create-or-update, which leaks the aggregate's lock in 4.13.0 (its issue 4659). */
    private Receipt put(ConfigurationCommand command) throws Exception {
        Aggregate<ConfiguredAggregate> aggregate;
        try {
            aggregate = configuration.load(command.streamId());
        } catch (AggregateNotFoundException none) {
            var beginning = ConfiguredAggregate.decide(null, command);
            if (beginning.isEmpty()) {
                return Receipt.written(command.streamId(), 0); // no rules where there never were any
            }
            configuration.newInstance(() -> new ConfiguredAggregate(beginning));
            beginning.forEach(beside);
            return Receipt.made(command.streamId(), beginning.size());
        }
        return change(aggregate, command);
    }

    private Receipt change(Aggregate<ConfiguredAggregate> aggregate, ConfigurationCommand command) {
        aggregate.invoke(a -> a.change(command)).forEach(beside);
        return Receipt.written(command.streamId(), aggregate.version() + 1);
    }
}
