package dev.hindsight.projections.readmodel;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The read models. Raising a definition version lets nodes of the new version build and read a generation of their own
 * while older nodes go on reading theirs.
 */
public enum ReadModel {
    TICKETS(
            "tickets",
            3,
            List.of("ticket", "ticket_words", "ticket_message", "ticket_timeline", "ticket_link", "ticket_attachment"),
            Map.of(2, Set.of("ticket.watchers"), 3, Set.of("ticket_attachment"))),
    DIRECTORY(
            "directory",
            3,
            List.of("person", "organization", "queue", "category", "custom_field", "team"),
            Map.of(
                    2,
                    Set.of("queue.restricted", "queue.readers", "queue.workers", "organization.shared_tickets", "team"),
                    3,
                    Set.of(
                            "person.names",
                            "person.names_since",
                            "queue.names",
                            "queue.names_since",
                            "team.names",
                            "team.names_since"))),
    /** Who read, took along or was refused what. */
    ACCESS("access", 1, List.of("access_batch"), Map.of()),
    /** Its documents lie in OpenSearch; its progress and parked tickets here. */
    TICKET_SEARCH("ticket-search", 2, List.of(), Map.of()),
    /** What every ticket was like after each of its events; asked for moments of the past only. */
    TICKET_PAST(
            "ticket-past",
            1,
            List.of("ticket_past", "ticket_past_words"),
            Map.of(1, Set.of("ticket_past", "ticket_past_words")));

    private final String id;
    private final int definitionVersion;

    @SuppressWarnings("ImmutableEnumChecker") // filled by List.of
    private final List<String> tables;

    @SuppressWarnings("ImmutableEnumChecker") // as above
    private final Map<Integer, Set<String>> changes;

    /** @param changes what each definition version fills otherwise than the one before: tables, or columns of them */
    ReadModel(String id, int definitionVersion, List<String> tables, Map<Integer, Set<String>> changes) {
        this.id = id;
        this.definitionVersion = definitionVersion;
        this.tables = tables;
        this.changes = changes;
    }

    /** The model of this {@link #id}; empty where this software has none. */
    public static Optional<ReadModel> of(String id) {
        return Arrays.stream(values()).filter(model -> model.id.equals(id)).findFirst();
    }

    /** The name that is stored, shown and asked for. */
    public String id() {
        return id;
    }

    /** Of the software that runs. */
    public int definitionVersion() {
        return definitionVersion;
    }

    /**
     * What this software fills otherwise than an older definition did, sorted: names of tables, and of columns as {@code
     * table.column}. Everything else must come out the same, which a rebuild verifies before it switches.
     */
    public Set<String> changedSince(int olderDefinition) {
        var changed = new TreeSet<String>();
        new TreeMap<>(changes).tailMap(olderDefinition, false).values().forEach(changed::addAll);
        return changed;
    }

    /** Template tables in schema {@code readmodel} that every generation copies. */
    public List<String> tables() {
        return tables;
    }

    /** Whether it is made from the log; the others are made from those that are. */
    public boolean isOfTheLog() {
        return !tables.isEmpty();
    }

    /** A generation's physical table, without its schema. */
    public static String physicalName(String table, int generation) {
        return table + "_g" + generation;
    }
}
