package dev.hindsight.ops.codec;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.ticket.TicketEvent;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One stored name: its current revision, its record, how that is read and written, how older revisions are lifted. */
public final class EventKind {

    private final String name;
    private final int revision;
    private final String revisionText;
    private final Class<? extends Event> type;
    private final RecordForm form;
    private final @Nullable String streamPrefix;
    private final List<Upcaster> upcasters;

    EventKind(String name, int revision, Class<? extends Event> type, List<Upcaster> upcasters) {
        this.name = name;
        this.revision = revision;
        this.revisionText = Integer.toString(revision);
        this.type = type;
        this.form = RecordForm.of(type);
        this.streamPrefix = streamPrefix(type);
        this.upcasters = upcasters.stream()
                .sorted(Comparator.comparingInt(Upcaster::fromRevision))
                .toList();
        if (form.hasPersonal() && streamPrefix == null) {
            throw new IllegalArgumentException(name + ": personal data belongs in ticket and person streams only");
        }
        if (this.upcasters.size() != revision - 1) {
            throw new IllegalArgumentException("%s revision %d needs an upcaster from each of its %d older revisions"
                    .formatted(name, revision, revision - 1));
        }
        for (int i = 0; i < this.upcasters.size(); i++) {
            Upcaster upcaster = this.upcasters.get(i);
            if (!upcaster.name().equals(name) || upcaster.fromRevision() != i + 1) {
                throw new IllegalArgumentException(
                        "%s does not lift %s from revision %d".formatted(upcaster, name, i + 1));
            }
        }
    }

    public String name() {
        return name;
    }

    /** The revision that this version writes. */
    public int revision() {
        return revision;
    }

    public Class<? extends Event> type() {
        return type;
    }

    String revisionText() {
        return revisionText;
    }

    RecordForm form() {
        return form;
    }

    boolean knowsOlder(String stored) {
        for (Upcaster upcaster : upcasters) {
            if (Integer.toString(upcaster.fromRevision()).equals(stored)) {
                return true;
            }
        }
        return false;
    }

    void upcast(String from, ObjectNode plain, ObjectNode personal) {
        for (int i = Integer.parseInt(from) - 1; i < upcasters.size(); i++) {
            upcasters.get(i).upcast(plain, personal);
        }
    }

    /** The stream of an event with these components: the first one is the id of its ticket or person. */
    String streamId(@Nullable Object[] components) {
        return streamPrefix + components[0];
    }

    /** The same of stored members, in any revision: the id keeps its name for ever, as the stream keeps its. */
    String streamOf(ObjectNode plain) {
        return streamPrefix + plain.path(form.firstName()).asString();
    }

    private static @Nullable String streamPrefix(Class<? extends Event> type) {
        if (TicketEvent.class.isAssignableFrom(type)) {
            return "ticket-";
        } else if (PersonEvent.class.isAssignableFrom(type)) {
            return "person-";
        }
        return null;
    }
}
