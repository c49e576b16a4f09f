package dev.hindsight.projections.readmodel;

import java.util.Set;
import java.util.UUID;

/**
 * What admins granted to one person: by name, through teams, or through their organization. Not projected: commands write
 * it in the transactions of their events, so that what was revoked is closed when the command is acknowledged.
 *
 * @param closed restricted queues that were not granted
 * @param granted queues that were granted for reading, restricted or not
 * @param organizations the person's, where their requesters see each other's tickets
 */
public record Grants(Set<String> closed, Set<String> granted, Set<UUID> organizations) {

    /** Nothing was granted, and nothing is closed. */
    public static final Grants NONE = new Grants(Set.of(), Set.of(), Set.of());

    public Grants {
        closed = Set.copyOf(closed);
        granted = Set.copyOf(granted);
        organizations = Set.copyOf(organizations);
    }
}
