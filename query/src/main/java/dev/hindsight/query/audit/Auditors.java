package dev.hindsight.query.audit;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;

/** Who reads the log itself. */
final class Auditors {

    private Auditors() {}

    /** @throws Forbidden for everybody but auditors */
    static void need(Caller caller) {
        if (!caller.is(Role.AUDITOR)) {
            throw new Forbidden("The log is read with the role auditor.");
        }
    }
}
