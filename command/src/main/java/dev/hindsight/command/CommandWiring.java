package dev.hindsight.command;

import dev.hindsight.command.configuration.ConfigurationHandler;
import dev.hindsight.command.configuration.ConfiguredAggregate;
import dev.hindsight.command.dispatch.CommandInterceptor;
import dev.hindsight.command.dispatch.Once;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.command.imports.OperationsHandler;
import dev.hindsight.command.people.OrganizationAggregate;
import dev.hindsight.command.people.OrganizationHandler;
import dev.hindsight.command.people.PeopleHandler;
import dev.hindsight.command.people.PersonAggregate;
import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.command.ticket.TicketAggregate;
import org.axonframework.config.Configuration;
import org.axonframework.config.Configurer;

/**
 * What this module contributes to Axon: aggregates, handlers, and the interceptor that every command passes. The
 * command bus must run commands in the caller's thread, in transactions of the same data source.
 */
public final class CommandWiring {

    private final Remembered remembered;
    private final PersonIndex index;
    private final Rights rights;

    public CommandWiring(Remembered remembered, PersonIndex index, Rights rights) {
        this.remembered = remembered;
        this.index = index;
        this.rights = rights;
    }

    /** Before the configuration is built. */
    public void contributeTo(Configurer axon) {
        axon.configureAggregate(TicketAggregate.class)
                .configureAggregate(PersonAggregate.class)
                .configureAggregate(OrganizationAggregate.class)
                .configureAggregate(ConfiguredAggregate.class)
                .registerComponent(
                        PeopleHandler.class,
                        c -> new PeopleHandler(c.repository(PersonAggregate.class), index, rights::follow))
                .registerCommandHandler(c -> c.getComponent(PeopleHandler.class))
                .registerCommandHandler(
                        c -> new OrganizationHandler(c.repository(OrganizationAggregate.class), rights::follow))
                .registerCommandHandler(
                        c -> new ConfigurationHandler(c.repository(ConfiguredAggregate.class), rights::follow))
                .registerCommandHandler(c -> new OperationsHandler(c.eventStore()))
                .registerCommandHandler(c -> new Once.Handler())
                .onInitialize(this::intercept);
    }

    private void intercept(Configuration axon) {
        axon.onStart(
                org.axonframework.lifecycle.Phase.LOCAL_MESSAGE_HANDLER_REGISTRATIONS,
                () -> axon.commandBus().registerHandlerInterceptor(new CommandInterceptor(remembered)));
    }
}
