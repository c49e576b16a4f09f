package dev.hindsight.ops.erasure;

import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch.generic.Body;
import org.opensearch.client.opensearch.generic.Requests;
import org.opensearch.client.opensearch.generic.Response;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What OpenSearch leaves of replaced documents: they stay in their segments, marked as deleted, until these are merged,
 * and in the translog until it is flushed.
 */
final class IndexRemains implements Remains {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int FAILED = 300;
    private static final int NOT_FOUND = 404;
    private static final String EXPUNGE_ALL = "{\"index.merge.policy.expunge_deletes_allowed\": 0.0}";
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final OpenSearchConnection connection;
    private final TicketIndex index;
    private final JdbcClient jdbc;

    IndexRemains(OpenSearchConnection connection, TicketIndex index, DataSource dataSource) {
        this.connection = connection;
        this.index = index;
        this.jdbc = JdbcClient.create(dataSource);
    }

    @Override
    public void clean(Report report) throws InterruptedException {
        List<Integer> generations = jdbc.sql(
                        "select generation from readmodel.generation where model = 'ticket-search' order by 1")
                .query(Integer.class)
                .list();
        int merged = 0;
        for (int generation : generations) {
            try {
                if (merge(index.name(generation), report)) {
                    merged++;
                }
            } catch (IOException silent) {
                throw new TransientDataAccessResourceException("The search index could not be merged", silent);
            }
        }
        report.done("search index", merged + " merged without replaced documents, flushed");
    }

    /** @return false where there is no such index */
    private boolean merge(String name, Report report) throws IOException, InterruptedException {
        if (ask("PUT", "/" + name + "/_settings", Map.of(), EXPUNGE_ALL) == null) {
            return false;
        }
        Instant deadline = Instant.now().plus(LONGEST);
        while (true) {
            // What is not flushed may be asked for by a copy of the shard that recovers, and so is kept by merges.
            ask("POST", "/" + name + "/_flush", Map.of("force", "true", "wait_if_ongoing", "true"), null);
            ask("POST", "/" + name + "/_forcemerge", Map.of("only_expunge_deletes", "true"), null);
            ask("POST", "/" + name + "/_flush", Map.of("force", "true", "wait_if_ongoing", "true"), null);
            ask("POST", "/" + name + "/_refresh", Map.of(), null);
            JsonNode stats = ask("GET", "/" + name + "/_stats/docs", Map.of(), null);
            long deleted =
                    stats == null ? 0 : stats.at("/_all/total/docs/deleted").asLong(0);
            if (deleted == 0) {
                return true;
            } else if (Instant.now().isAfter(deadline)) {
                report.notPossible(
                        "search index",
                        name + " still holds " + deleted + " replaced documents: run the erasure again");
                return true;
            }
            Thread.sleep(PAUSE); // OpenSearch tells nobody when a shard needs its old documents no more
        }
    }

    /** @return null where there is no such index */
    private @Nullable JsonNode ask(String method, String path, Map<String, String> parameters, @Nullable String body)
            throws IOException {
        var request = Requests.builder().method(method).endpoint(path).query(parameters);
        if (body != null) {
            request.body(Body.from(body.getBytes(StandardCharsets.UTF_8), "application/json"));
        }
        try (Response response = connection.patient().generic().execute(request.build())) {
            byte[] answer = response.getBody().map(Body::bodyAsBytes).orElse(new byte[0]);
            if (response.getStatus() == NOT_FOUND) {
                return null;
            } else if (response.getStatus() >= FAILED) {
                throw new IOException("OpenSearch answers %s %s with %d".formatted(method, path, response.getStatus()));
            }
            return JSON.readTree(answer);
        }
    }
}
