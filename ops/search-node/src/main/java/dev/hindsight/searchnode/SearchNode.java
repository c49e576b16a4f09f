package dev.hindsight.searchnode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.Version;
import org.opensearch.action.admin.cluster.health.ClusterHealthResponse;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.ingest.common.IngestCommonModulePlugin;
import org.opensearch.join.ParentJoinModulePlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessModulePlugin;
import org.opensearch.percolator.PercolatorModulePlugin;
import org.opensearch.plugin.analysis.icu.AnalysisICUPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * Runs one OpenSearch node on the loopback interface until its standard input ends, that is until the process that
 * started it is gone, however it went.
 *
 * <p>Arguments: the folder of the node, the ready file, the HTTP port (0: any free one). The ready file appears at once
 * and whole when requests can be answered; its first line is {@code host:port}, its second the cluster's health, which
 * is {@code red} only when a shard could not be recovered within 30 seconds: the node stays up, so that the damaged
 * index can be dropped and built anew.
 *
 * <p>Without authentication and without OpenSearch's bootstrap checks: for development, tests and a machine whose local
 * users are trusted. A site runs an OpenSearch cluster of its own.
 */
public final class SearchNode {
    private static final TimeValue RECOVERY = TimeValue.timeValueSeconds(30);
    /** Seconds that a clean end may take. */
    static final String SHUTDOWN_PROPERTY = "hindsight.search-node.shutdown-seconds";

    private static final List<Class<? extends Plugin>> PLUGINS = List.of(
            Netty4ModulePlugin.class,
            CommonAnalysisModulePlugin.class,
            AnalysisICUPlugin.class,
            PainlessModulePlugin.class,
            ReindexModulePlugin.class,
            PercolatorModulePlugin.class,
            ParentJoinModulePlugin.class,
            MapperExtrasModulePlugin.class,
            IngestCommonModulePlugin.class,
            PromptLeases.class);

    private SearchNode() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("usage: SearchNode FOLDER READY_FILE HTTP_PORT");
            System.exit(2);
        }
        Path folder = Path.of(args[0]).toAbsolutePath();
        Path readyFile = Path.of(args[1]).toAbsolutePath();
        System.setProperty("hindsight.search-node.log", folder.resolve("log").toString());
        Logger log = LogManager.getLogger(SearchNode.class);
        endWithParent();
        try {
            Files.createDirectories(folder.resolve("config"));
            Node node = new ClasspathNode(settings(folder, Integer.parseInt(args[2])));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, log), "close-node"));
            node.start();
            ClusterHealthResponse health = node.client()
                    .admin()
                    .cluster()
                    .prepareHealth()
                    .setWaitForYellowStatus()
                    .setTimeout(RECOVERY)
                    .get();
            InetSocketAddress address = node.injector()
                    .getInstance(HttpServerTransport.class)
                    .boundAddress()
                    .publishAddress()
                    .address();
            announce(readyFile, address, health.getStatus().name().toLowerCase(Locale.ROOT));
        } catch (Exception | LinkageError failure) {
            log.fatal("The search node did not start", failure);
            // The parent shows what it finds here; the whole story is in the log.
            failure.printStackTrace();
            System.exit(1);
        }
    }

    private static Settings settings(Path folder, int httpPort) {
        return Settings.builder()
                .put("cluster.name", "hindsight")
                .put("node.name", "search-node")
                .put("path.home", folder.toString())
                .put("path.data", folder.resolve("data").toString())
                .put("path.logs", folder.resolve("log").toString())
                .put("discovery.type", "single-node")
                .put("network.host", "127.0.0.1")
                .put("http.port", httpPort)
                .put("transport.port", 0)
                .put("transport.type", "netty4")
                .put("http.type", "netty4")
                // A nearly full disk must not make the only node read-only: the database on the same disk decides.
                .put("cluster.routing.allocation.disk.threshold_enabled", false)
                // Else what the serial collector has not collected yet counts as used: after a few large bulks nothing
                // is
                // answered any more, and as nothing is done, nothing is collected.
                .put("indices.breaker.total.use_real_memory", false)
                .put("action.auto_create_index", false)
                .put("action.destructive_requires_name", true)
                .build();
    }

    /**
     * Standard input is the parent's pipe: its end is the one sign that reaches us even when the parent is killed. The
     * watching thread is also what keeps this JVM up: all of OpenSearch's are daemons.
     */
    private static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try (InputStream parent = System.in) {
                        parent.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException broken) {
                        // A broken pipe says the same as a closed one.
                    }
                    Thread halt = new Thread(SearchNode::haltLater, "halt");
                    halt.setDaemon(true);
                    halt.start();
                    System.exit(0);
                },
                "parent-watch");
        watch.setDaemon(false);
        watch.start();
    }

    private static void haltLater() {
        try {
            Thread.sleep(Duration.ofSeconds(Long.getLong(SHUTDOWN_PROPERTY, 20)));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(3);
    }

    private static void announce(Path readyFile, InetSocketAddress address, String health) throws IOException {
        Path whole = readyFile.resolveSibling(readyFile.getFileName() + ".part");
        Files.writeString(
                whole, address.getAddress().getHostAddress() + ":" + address.getPort() + "\n" + health + "\n");
        Files.move(whole, readyFile, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void close(Node node, Logger log) {
        try {
            node.close();
        } catch (IOException failure) {
            log.error(
                    "The search node did not close cleanly; it recovers from its translog at the next start", failure);
        } finally {
            LogManager.shutdown();
        }
    }

    /** Loads its plugins from the class path instead of a folder of plugins. */
    private static final class ClasspathNode extends Node {
        ClasspathNode(Settings settings) {
            super(
                    InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "search-node"),
                    PLUGINS.stream().map(SearchNode::describe).toList(),
                    true);
        }
    }

    private static PluginInfo describe(Class<? extends Plugin> plugin) {
        return new PluginInfo(
                plugin.getName(),
                "on the class path",
                Version.CURRENT.toString(),
                Version.CURRENT,
                String.valueOf(Runtime.version().feature()),
                plugin.getName(),
                List.of(),
                false);
    }
}
