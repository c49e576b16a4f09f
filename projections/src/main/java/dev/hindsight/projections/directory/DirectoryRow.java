package dev.hindsight.projections.directory;

import dev.hindsight.domain.Personal;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One entry of the directory, as its stream's events left it. Components are the columns of its table. */
sealed interface DirectoryRow {

    long version();

    /** The same entry, one event later in which nothing of it changed. */
    DirectoryRow at(long version, long lastPosition);

    /** A name and the position from which on it holds. */
    record NameSince(String name, long since) {}

    /** An entry whose former names are kept: history shows the names of its time. */
    sealed interface Named extends DirectoryRow {

        @Nullable
        String name();

        /** In the order of positions; the last one is the name. */
        List<NameSince> names();

        Named withNames(List<NameSince> names);
    }

    record PersonRow(
            UUID id,
            long version,
            long lastPosition,
            Instant registeredAt,
            @Nullable UUID organization,
            boolean isAgent,
            boolean identified,
            @Nullable String name,
            @Nullable String email,
            @Nullable String source,
            List<NameSince> names)
            implements Named {

        @Override
        public PersonRow at(long version, long lastPosition) {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    isAgent,
                    identified,
                    name,
                    email,
                    source,
                    names);
        }

        @Override
        public PersonRow withNames(List<NameSince> names) {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    isAgent,
                    identified,
                    name,
                    email,
                    source,
                    names);
        }

        /** Nothing is known of them any more; what they were called is no name. */
        PersonRow erased() {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    false,
                    false,
                    Personal.ERASED,
                    null,
                    source,
                    names.stream()
                            .limit(1)
                            .map(first -> new NameSince(Personal.ERASED, first.since()))
                            .toList());
        }

        PersonRow withName(String name) {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    isAgent,
                    identified,
                    name,
                    email,
                    source,
                    names);
        }

        PersonRow withEmail(String email) {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    isAgent,
                    identified,
                    name,
                    email,
                    source,
                    names);
        }

        PersonRow withAgent(boolean isAgent) {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    isAgent,
                    identified,
                    name,
                    email,
                    source,
                    names);
        }

        PersonRow withIdentified() {
            return new PersonRow(
                    id, version, lastPosition, registeredAt, organization, isAgent, true, name, email, source, names);
        }

        PersonRow withOrganization(@Nullable UUID organization) {
            return new PersonRow(
                    id,
                    version,
                    lastPosition,
                    registeredAt,
                    organization,
                    isAgent,
                    identified,
                    name,
                    email,
                    source,
                    names);
        }
    }

    record OrganizationRow(
            UUID id, long version, long lastPosition, Instant createdAt, String name, boolean sharedTickets)
            implements DirectoryRow {
        @Override
        public OrganizationRow at(long version, long lastPosition) {
            return new OrganizationRow(id, version, lastPosition, createdAt, name, sharedTickets);
        }

        OrganizationRow withName(String name) {
            return new OrganizationRow(id, version, lastPosition, createdAt, name, sharedTickets);
        }

        OrganizationRow withSharedTickets(boolean sharedTickets) {
            return new OrganizationRow(id, version, lastPosition, createdAt, name, sharedTickets);
        }
    }

    /**
     * @param readers person ids and team keys, sorted
     * @param workers those of the readers who work it too, sorted
     */
    record QueueRow(
            String key,
            long version,
            long lastPosition,
            Instant createdAt,
            String name,
            boolean restricted,
            List<String> readers,
            List<String> workers,
            List<NameSince> names)
            implements Named {
        @Override
        public QueueRow at(long version, long lastPosition) {
            return new QueueRow(key, version, lastPosition, createdAt, name, restricted, readers, workers, names);
        }

        @Override
        public QueueRow withNames(List<NameSince> names) {
            return new QueueRow(key, version, lastPosition, createdAt, name, restricted, readers, workers, names);
        }

        QueueRow withName(String name) {
            return new QueueRow(key, version, lastPosition, createdAt, name, restricted, readers, workers, names);
        }

        QueueRow withRestricted(boolean restricted) {
            return new QueueRow(key, version, lastPosition, createdAt, name, restricted, readers, workers, names);
        }

        QueueRow withGrant(String holder, boolean reads, boolean works) {
            return new QueueRow(
                    key,
                    version,
                    lastPosition,
                    createdAt,
                    name,
                    restricted,
                    DirectoryRow.with(readers, holder, reads),
                    DirectoryRow.with(workers, holder, works),
                    names);
        }
    }

    /** @param members person ids, sorted */
    record TeamRow(
            String key,
            long version,
            long lastPosition,
            Instant createdAt,
            String name,
            List<String> members,
            List<NameSince> names)
            implements Named {
        @Override
        public TeamRow at(long version, long lastPosition) {
            return new TeamRow(key, version, lastPosition, createdAt, name, members, names);
        }

        @Override
        public TeamRow withNames(List<NameSince> names) {
            return new TeamRow(key, version, lastPosition, createdAt, name, members, names);
        }

        TeamRow withName(String name) {
            return new TeamRow(key, version, lastPosition, createdAt, name, members, names);
        }

        TeamRow withMember(UUID person, boolean member) {
            return new TeamRow(
                    key,
                    version,
                    lastPosition,
                    createdAt,
                    name,
                    DirectoryRow.with(members, person.toString(), member),
                    names);
        }
    }

    private static List<String> with(List<String> sorted, String one, boolean present) {
        var after = new TreeSet<>(sorted);
        if (present) {
            after.add(one);
        } else {
            after.remove(one);
        }
        return List.copyOf(after);
    }

    record CategoryRow(
            String key,
            long version,
            long lastPosition,
            Instant createdAt,
            String name,
            @Nullable String parent) implements DirectoryRow {
        @Override
        public CategoryRow at(long version, long lastPosition) {
            return new CategoryRow(key, version, lastPosition, createdAt, name, parent);
        }
    }

    record FieldRow(
            String key,
            long version,
            long lastPosition,
            Instant createdAt,
            String name,
            String type,
            List<String> options)
            implements DirectoryRow {
        @Override
        public FieldRow at(long version, long lastPosition) {
            return new FieldRow(key, version, lastPosition, createdAt, name, type, options);
        }
    }
}
