package dev.hindsight.projections;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What keeps each generation of a model level with the log on this node. Not safe for concurrent use.
 *
 * @param <F> follows one generation
 */
public final class FollowedGenerations<F> {

    private final TreeMap<Integer, F> followers = new TreeMap<>();

    /**
     * From now on these generations are followed.
     *
     * @param begin makes and starts the follower of a generation that is new here
     * @return those that are no longer wanted; the caller ends them
     */
    public List<F> set(Set<Integer> generations, IntFunction<F> begin) {
        var ended = new ArrayList<F>();
        for (var gone : List.copyOf(followers.keySet())) {
            if (!generations.contains(gone)) {
                ended.add(Objects.requireNonNull(followers.remove(gone)));
            }
        }
        for (var generation : generations) {
            if (!followers.containsKey(generation)) {
                followers.put(generation, begin.apply(generation));
            }
        }
        return ended;
    }

    /** Null where the generation is not followed. */
    public @Nullable F get(int generation) {
        return followers.get(generation);
    }

    /** Of all generations, the oldest first. */
    public Collection<F> all() {
        return List.copyOf(followers.values());
    }
}
