package dev.hindsight.command.people;

import dev.hindsight.command.dispatch.Receipt;
import java.time.Instant;
import java.util.UUID;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;

/** Creates and renames organizations. */
public final class OrganizationHandler {

    /** Creates the organization, or renames it. */
    public record PutOrganization(UUID organizationId, String name, Instant at) {}

    private final Repository<OrganizationAggregate> organizations;

    public OrganizationHandler(Repository<OrganizationAggregate> organizations) {
        this.organizations = organizations;
    }

    @CommandHandler
    Receipt handle(PutOrganization c) throws Exception {
        String stream = "organization-" + c.organizationId();
        Aggregate<OrganizationAggregate> organization;
        try {
            organization = organizations.load(stream);
        } catch (AggregateNotFoundException none) {
            organizations.newInstance(() -> new OrganizationAggregate(c.organizationId(), c.name(), c.at()));
            return Receipt.made(stream, 1);
        }
        organization.execute(o -> o.rename(c.name(), c.at()));
        return Receipt.written(stream, organization.version() + 1);
    }
}
