package dev.hindsight.projections.readmodel.search;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where OpenSearch is and how our index lies in it.
 *
 * @param uri the nodes, {@code http://host:9200} or {@code https://…}, several for a cluster
 * @param username null or empty where the cluster asks for none
 * @param indexPrefix put before every index name, for clusters that are shared
 * @param shards of an index that we create
 * @param replicas of an index that we create; 0 for a single node
 */
@ConfigurationProperties("hindsight.opensearch")
public record OpenSearchSettings(
        List<URI> uri,
        @Nullable String username,
        @Nullable String password,
        @DefaultValue("") String indexPrefix,
        @DefaultValue("1") int shards,
        @DefaultValue("0") int replicas) {

    public OpenSearchSettings {
        uri = List.copyOf(uri);
        if (uri.isEmpty()) {
            throw new IllegalArgumentException("hindsight.opensearch.uri names no node");
        }
    }

    /** A single node without authentication. */
    public static OpenSearchSettings of(URI uri) {
        return new OpenSearchSettings(List.of(uri), null, null, "", 1, 0);
    }
}
