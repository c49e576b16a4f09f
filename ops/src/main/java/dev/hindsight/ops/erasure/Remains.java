package dev.hindsight.ops.erasure;

import java.util.Map;
import java.util.TreeMap;

/** What a store leaves behind of deleted content is taken away, as far as the store lets us. For one thread. */
interface Remains {

    /**
     * Takes away whatever the store keeps of rows and documents that are not there any more; it may take minutes.
     *
     * @throws RuntimeException where the store does not answer: tried again later
     */
    void clean(Report report) throws InterruptedException;

    /** Place to what was done there, and place to what was not possible. */
    final class Report {
        private final Map<String, String> done = new TreeMap<>();
        private final Map<String, String> notPossible = new TreeMap<>();

        void done(String place, String what) {
            done.merge(place, what, (one, other) -> one + "; " + other);
        }

        void notPossible(String place, String why) {
            notPossible.merge(place, why, (one, other) -> one + "; " + other);
        }

        Map<String, String> done() {
            return done;
        }

        Map<String, String> notPossible() {
            return notPossible;
        }
    }
}
