package dev.hindsight.query.directory;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;

/** Who reads what of the directory. */
final class DirectoryRights {

    private DirectoryRights() {}

    /** Those who work tickets, auditors, and the admins who keep the directory. */
    static boolean readsAll(Caller caller) {
        return caller.readsAllTickets() || caller.is(Role.ADMIN);
    }

    /** @throws Forbidden for everybody else */
    static void needAll(Caller caller) {
        if (!readsAll(caller)) {
            throw new Forbidden("This list is read with the role agent, supervisor, auditor or admin.");
        }
    }

    /** @throws Forbidden for everybody but admins */
    static void needAdmin(Caller caller) {
        if (!caller.is(Role.ADMIN)) {
            throw new Forbidden("Grants are read with the role admin.");
        }
    }

    /** Requesters too: what a ticket is opened with. */
    static void needForms(Caller caller) {
        if (!readsAll(caller) && !caller.is(Role.REQUESTER)) {
            throw new Forbidden("This list is read with the role requester, agent, supervisor, auditor or admin.");
        }
    }
}
