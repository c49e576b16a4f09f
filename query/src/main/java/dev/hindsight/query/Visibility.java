package dev.hindsight.query;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Which tickets a caller sees, and how much of them: those who work tickets and auditors see everything; everybody else
 * who is a requester sees their own tickets without notes and internal reasons. All reads of tickets ask here, so that
 * grants come in at one place.
 *
 * @param onlyOf the requesters whose tickets alone are visible (the caller, and who else is known by the caller's verified
 *     address), null where all are
 */
public record Visibility(@Nullable Set<UUID> onlyOf) {

    /** @throws Forbidden for roles that read no ticket at all */
    public static Visibility of(Caller caller) {
        if (caller.readsAllTickets()) {
            return new Visibility(null);
        } else if (caller.is(Role.REQUESTER)) {
            // in order: cursors are bound to it as text
            return new Visibility(Collections.unmodifiableSet(new TreeSet<>(caller.requesters())));
        }
        throw new Forbidden("Tickets are read with the role requester, agent, supervisor or auditor.");
    }

    /** Whether notes and internal reasons are shown. */
    public boolean internal() {
        return onlyOf == null;
    }

    /** @param requester the column that holds the ticket's requester */
    public Condition of(Field<UUID> requester) {
        return onlyOf == null ? DSL.noCondition() : requester.in(onlyOf); // of one: an equality
    }
}
