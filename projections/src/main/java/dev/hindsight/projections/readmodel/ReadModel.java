package dev.hindsight.projections.readmodel;

import java.util.List;

/**
 * The read models. Raising a definition version lets nodes of the new version build and read a generation of their own
 * while older nodes go on reading theirs.
 */
public enum ReadModel {
    TICKETS(
            "tickets",
            3,
            List.of("ticket", "ticket_words", "ticket_message", "ticket_timeline", "ticket_link", "ticket_attachment")),
    DIRECTORY("directory", 3, List.of("person", "organization", "queue", "category", "custom_field", "team")),
    /** Its documents lie in OpenSearch; its progress and parked tickets here. */
    TICKET_SEARCH("ticket-search", 2, List.of());

    private final String id;
    private final int definitionVersion;

    @SuppressWarnings("ImmutableEnumChecker") // filled by List.of
    private final List<String> tables;

    ReadModel(String id, int definitionVersion, List<String> tables) {
        this.id = id;
        this.definitionVersion = definitionVersion;
        this.tables = tables;
    }

    /** The name that is stored, shown and asked for. */
    public String id() {
        return id;
    }

    /** Of the software that runs. */
    public int definitionVersion() {
        return definitionVersion;
    }

    /** Template tables in schema {@code readmodel} that every generation copies. */
    public List<String> tables() {
        return tables;
    }

    /** A generation's physical table, without its schema. */
    public static String physicalName(String table, int generation) {
        return table + "_g" + generation;
    }
}
