package dev.hindsight.domain;

/**
 * A stored event has a name or revision that this software does not know: newer software wrote it. Whoever reads it
 * stops there; it is never skipped and never parked.
 */
public class UnknownEvent extends RuntimeException {

    private final String name;
    private final int revision;

    /**
     * @param name the stored name, such as {@code ticket.opened}
     * @param revision the stored revision
     */
    public UnknownEvent(String name, int revision) {
        super("unknown event " + name + " revision " + revision + ": newer software wrote it");
        this.name = name;
        this.revision = revision;
    }

    public String name() {
        return name;
    }

    public int revision() {
        return revision;
    }
}
