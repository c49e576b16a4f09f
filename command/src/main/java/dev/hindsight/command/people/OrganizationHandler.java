package dev.hindsight.command.people;

import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.Organization;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;

/** Creates and changes organizations. */
public final class OrganizationHandler {

    /**
     * Creates the organization, or changes it.
     *
     * @param sharedTickets whether its requesters see each other's tickets; null leaves it as it is, not so at first
     */
    public record PutOrganization(
            UUID organizationId, String name, @Nullable Boolean sharedTickets, Instant at) {}

    private final Repository<OrganizationAggregate> organizations;
    private final Consumer<Event> beside;

    /** @param beside told of every event, in its transaction */
    public OrganizationHandler(Repository<OrganizationAggregate> organizations, Consumer<Event> beside) {
        this.organizations = organizations;
        this.beside = beside;
    }

    @CommandHandler
    Receipt handle(PutOrganization c) throws Exception {
        String stream = "organization-" + c.organizationId();
        Aggregate<OrganizationAggregate> organization;
        try {
            organization = organizations.load(stream);
        } catch (AggregateNotFoundException none) {
            var beginning = Organization.create(c.organizationId(), c.name(), c.sharedTickets(), c.at());
            organizations.newInstance(() -> new OrganizationAggregate(beginning));
            beginning.forEach(beside);
            return Receipt.made(stream, beginning.size());
        }
        organization.invoke(o -> o.put(c.name(), c.sharedTickets(), c.at())).forEach(beside);
        return Receipt.written(stream, organization.version() + 1);
    }
}
