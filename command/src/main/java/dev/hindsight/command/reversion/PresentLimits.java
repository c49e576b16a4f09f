package dev.hindsight.command.reversion;

import dev.hindsight.command.people.People;
import dev.hindsight.command.rights.QueueRight;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.ticket.Reversal;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Who is forgotten and who may work which queue, today. Safe for concurrent use. */
public final class PresentLimits implements Reversal.Limits {

    private record Work(UUID agent, @Nullable String queue) {}

    private final People people;
    private final Rights rights;

    public PresentLimits(People people, Rights rights) {
        this.people = people;
        this.rights = rights;
    }

    @Override
    public boolean isForgotten(UUID person) {
        return people.find(person).map(its -> its.privacy().erased()).orElse(false);
    }

    @Override
    public boolean mayWork(UUID agent, @Nullable String queue) {
        return people.find(agent).map(Person::isAgent).orElse(false) && rights.of(agent, queue) == QueueRight.WORK;
    }

    /** The same, each question asked once: for some hundred tickets that are done together. */
    Reversal.Limits remembered() {
        Map<UUID, Boolean> forgotten = new ConcurrentHashMap<>();
        Map<Work, Boolean> works = new ConcurrentHashMap<>();
        return new Reversal.Limits() {
            @Override
            public boolean isForgotten(UUID person) {
                return forgotten.computeIfAbsent(person, PresentLimits.this::isForgotten);
            }

            @Override
            public boolean mayWork(UUID agent, @Nullable String queue) {
                return works.computeIfAbsent(
                        new Work(agent, queue), work -> PresentLimits.this.mayWork(work.agent(), work.queue()));
            }
        };
    }
}
