package dev.hindsight.ops.embedded;

import java.net.URI;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One temporary OpenSearch per JVM, started at first use and stopped when the JVM ends; tests name their own indexes. */
public final class SharedOpenSearch {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static @Nullable EmbeddedOpenSearch node;

    private SharedOpenSearch() {}

    /** The node itself; a test that kills or freezes it disturbs its neighbours: such drills start one of their own. */
    public static EmbeddedOpenSearch node() {
        LOCK.lock();
        try {
            EmbeddedOpenSearch running = node;
            if (running == null) {
                running = EmbeddedOpenSearch.start(EmbeddedOpenSearch.Options.temporary());
                Runtime.getRuntime().addShutdownHook(new Thread(running::close, "stop-shared-opensearch"));
                node = running;
            }
            return running;
        } finally {
            LOCK.unlock();
        }
    }

    public static URI uri() {
        return node().uri();
    }
}
