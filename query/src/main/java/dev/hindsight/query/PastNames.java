package dev.hindsight.query;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.QUEUE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TEAM;
import static org.jooq.impl.DSL.any;

import dev.hindsight.projections.readmodel.Snapshot;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * What people, queues or teams were called at positions of the log. Immutable.
 *
 * @param <K> by what they are known: an id or a key
 */
public final class PastNames<K> {

    private record Name(String name, long since) {}

    /** In the order of positions. */
    private record Names(List<Name> all) {

        private @Nullable String at(long position) {
            String first = all.isEmpty() ? null : all.getFirst().name();
            return all.reversed().stream()
                    .filter(name -> name.since() <= position)
                    .findFirst()
                    .map(Name::name)
                    .orElse(first);
        }
    }

    private final Map<K, Names> known;

    private PastNames(Map<K, Names> known) {
        this.known = known;
    }

    /**
     * SQL: the same as {@link #at(Object, long)} for the row at hand.
     *
     * @param now its present name, which counts where it has no former ones
     */
    public static Field<String> at(long position, Field<String> now, Field<String[]> names, Field<Long[]> since) {
        return DSL.field(
                "coalesce({1}[greatest(1, (select count(*) from unnest({2}) s where s <= {3}))::int], {0})",
                String.class, now, names, since, DSL.val(position));
    }

    /** The names of these people, as far as the directory knows them. */
    public static PastNames<UUID> ofPeople(Snapshot snapshot, Collection<UUID> ids) {
        return ids.isEmpty()
                ? new PastNames<>(Map.of())
                : read(
                        snapshot.jooq()
                                .select(PERSON.ID, PERSON.NAMES, PERSON.NAMES_SINCE)
                                .from(PERSON)
                                .where(PERSON.ID.eq(any(ids.toArray(UUID[]::new))))
                                .fetch(),
                        PERSON.ID,
                        PERSON.NAMES,
                        PERSON.NAMES_SINCE);
    }

    /** The names of these queues, by key. */
    public static PastNames<String> ofQueues(Snapshot snapshot, Collection<String> keys) {
        return keys.isEmpty()
                ? new PastNames<>(Map.of())
                : read(
                        snapshot.jooq()
                                .select(QUEUE.KEY, QUEUE.NAMES, QUEUE.NAMES_SINCE)
                                .from(QUEUE)
                                .where(QUEUE.KEY.eq(any(keys.toArray(String[]::new))))
                                .fetch(),
                        QUEUE.KEY,
                        QUEUE.NAMES,
                        QUEUE.NAMES_SINCE);
    }

    /** The names of these teams, by key. */
    public static PastNames<String> ofTeams(Snapshot snapshot, Collection<String> keys) {
        return keys.isEmpty()
                ? new PastNames<>(Map.of())
                : read(
                        snapshot.jooq()
                                .select(TEAM.KEY, TEAM.NAMES, TEAM.NAMES_SINCE)
                                .from(TEAM)
                                .where(TEAM.KEY.eq(any(keys.toArray(String[]::new))))
                                .fetch(),
                        TEAM.KEY,
                        TEAM.NAMES,
                        TEAM.NAMES_SINCE);
    }

    private static <K> PastNames<K> read(
            Result<? extends Record> rows,
            TableField<?, K> key,
            TableField<?, String[]> names,
            TableField<?, Long[]> since) {
        var known = new HashMap<K, Names>();
        rows.forEach(row -> known.put(row.get(key), names(row.get(names), row.get(since))));
        return new PastNames<>(known);
    }

    private static Names names(String[] names, Long[] since) {
        return new Names(IntStream.range(0, since.length)
                .mapToObj(i -> new Name(names[i], since[i]))
                .toList());
    }

    /**
     * The name that held at a position; where none was known by then, the first that became known.
     *
     * @return null where the directory never knew one
     */
    public @Nullable String at(K whose, long position) {
        Names names = known.get(whose);
        return names == null ? null : names.at(position);
    }
}
