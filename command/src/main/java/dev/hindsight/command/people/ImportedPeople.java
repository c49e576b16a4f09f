package dev.hindsight.command.people;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.people.PersonCommand.RegisterImportedPeople;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * People of foreign sources: one for each name of a source, never a live user. Safe for concurrent use; of two at once
 * who register the same name the second finds the first one's person.
 */
public final class ImportedPeople {

    private final CommandDispatch dispatch;
    private final PersonIndex index;
    private final Clock clock;

    public ImportedPeople(CommandDispatch dispatch, PersonIndex index, Clock clock) {
        this.dispatch = dispatch;
        this.index = index;
        this.clock = clock;
    }

    /**
     * The people behind names of a source; those not met before are registered in one command.
     *
     * @param names at most some hundred
     * @param call how the registrations are recorded
     */
    public Map<String, UUID> of(String source, Collection<String> names, Call call) {
        Map<String, UUID> known = index.byImportedNames(source, names);
        Map<String, UUID> missing = new HashMap<>();
        for (String name : names) {
            if (!known.containsKey(name)) {
                missing.put(name, UuidCreator.getTimeOrderedEpochPlus1());
            }
        }
        if (missing.isEmpty()) {
            return known;
        }
        dispatch.send(call, new RegisterImportedPeople(source, missing, clock.instant()));
        return index.byImportedNames(source, names);
    }
}
