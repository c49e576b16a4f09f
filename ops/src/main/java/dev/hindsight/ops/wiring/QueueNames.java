package dev.hindsight.ops.wiring;

import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.ops.codec.EventKind;
import dev.hindsight.ops.codec.EventNames;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Which stored events of tickets name a queue, and where. */
final class QueueNames {

    /** Of the stored JSON; never sealed. */
    static final String MEMBER = "queue";

    /** Stored names of events that put a ticket into a queue. */
    static final Set<String> KINDS = EventNames.current().kinds().stream()
            .filter(kind -> TicketEvent.class.isAssignableFrom(kind.type()))
            .filter(kind -> Arrays.stream(kind.type().getRecordComponents())
                    .anyMatch(component -> component.getName().equals(MEMBER)))
            .map(EventKind::name)
            .collect(Collectors.toUnmodifiableSet());

    private QueueNames() {}
}
