package dev.hindsight.domain;

/**
 * A stored event has a name or revision that this software does not know: newer software wrote it. Whoever reads it
 * stops there; it is never skipped and never parked.
 */
public class UnknownEvent extends RuntimeException {

    private final String name;
    private final String revision;

    /**
     * @param name the stored name, such as {@code ticket.opened}
     * @param revision the stored revision
     */
    public UnknownEvent(String name, String revision) {
        super("stored event %s revision %s was written by a newer version".formatted(name, revision));
        this.name = name;
        this.revision = revision;
    }

    public String name() {
        return name;
    }

    public String revision() {
        return revision;
    }
}
