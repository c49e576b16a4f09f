package dev.hindsight.command.configuration;

import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.dispatch.Receipt;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;

/** Puts queues, categories and fields: made where there is none, changed where they differ. */
public final class ConfigurationHandler {

    private final Repository<ConfiguredAggregate> configuration;

    public ConfigurationHandler(Repository<ConfiguredAggregate> configuration) {
        this.configuration = configuration;
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

    /** Not Axon's create-or-update, which leaks the aggregate's lock in 4.13.0 (its issue 4659). */
    private Receipt put(ConfigurationCommand command) throws Exception {
        Aggregate<ConfiguredAggregate> aggregate;
        try {
            aggregate = configuration.load(command.streamId());
        } catch (AggregateNotFoundException none) {
            configuration.newInstance(() -> new ConfiguredAggregate(command));
            return Receipt.made(command.streamId(), 1);
        }
        aggregate.execute(a -> a.put(command));
        return Receipt.written(command.streamId(), aggregate.version() + 1);
    }
}
