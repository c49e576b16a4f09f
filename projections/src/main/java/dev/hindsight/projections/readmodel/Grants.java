package dev.hindsight.projections.readmodel;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
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

    /**
     * Whose grants.
     *
     * @param person to whom queues are granted
     * @param members the people whose organizations count
     */
    public record Holder(UUID person, Set<UUID> members) {

        public Holder {
            members = Set.copyOf(members);
        }
    }

    /** Sent with the statements that open a snapshot; its parameters are the holder's person twice, and the members. */
    static final String QUERY = """
            SELECT 'closed', q.queue FROM command.restricted_queue q
            WHERE NOT EXISTS (SELECT FROM command.queue_right r WHERE r.queue = q.queue AND r.person = ?)
            UNION ALL
            SELECT 'granted', r.queue FROM command.queue_right r WHERE r.person = ?
            UNION ALL
            SELECT 'organization', m.organization::text FROM command.organization_member m
            JOIN command.sharing_organization s ON s.organization = m.organization
            WHERE m.person = ANY (?)""";

    /** Nothing was granted, and nothing is closed. */
    public static final Grants NONE = new Grants(Set.of(), Set.of(), Set.of());

    public Grants {
        closed = Set.copyOf(closed);
        granted = Set.copyOf(granted);
        organizations = Set.copyOf(organizations);
    }

    static void bind(PreparedStatement query, Holder holder) throws SQLException {
        query.setObject(1, holder.person());
        query.setObject(2, holder.person());
        query.setArray(
                3, query.getConnection().createArrayOf("uuid", holder.members().toArray()));
    }

    static Grants of(ResultSet rows) throws SQLException {
        var closed = new HashSet<String>();
        var granted = new HashSet<String>();
        var organizations = new HashSet<UUID>();
        while (rows.next()) {
            switch (rows.getString(1)) {
                case "closed" -> closed.add(rows.getString(2));
                case "granted" -> granted.add(rows.getString(2));
                default -> organizations.add(UUID.fromString(rows.getString(2)));
            }
        }
        return new Grants(closed, granted, organizations);
    }
}
