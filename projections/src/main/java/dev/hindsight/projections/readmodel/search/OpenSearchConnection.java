package dev.hindsight.projections.readmodel.search;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.opensearch.client.json.jackson3.JacksonJsonpMapper;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5Options;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5TransportBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one HTTP connection pool to OpenSearch, with short patience, so that a node that is down or frozen costs its
 * callers seconds, not threads. Safe for concurrent use.
 */
public final class OpenSearchConnection implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration POOL = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration ANSWER_TO_BULK = Duration.ofSeconds(30);
    private static final int CONNECTIONS = 64;

    private final OpenSearchTransport transport;
    private final OpenSearchClient client;
    private final OpenSearchClient patient;

    /** Without meters. */
    public OpenSearchConnection(OpenSearchSettings settings) {
        this(settings, UnaryOperator.identity());
    }

    /** @param meters where requests are counted and timed, by operation and outcome */
    public OpenSearchConnection(OpenSearchSettings settings, MeterRegistry meters) {
        this(settings, plain -> new MeteredTransport(plain, meters));
    }

    private OpenSearchConnection(OpenSearchSettings settings, UnaryOperator<OpenSearchTransport> around) {
        // The client hands the mapper one value of a longer stream: what follows it is not an error.
        var mapper = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        transport = around.apply(ApacheHttpClient5TransportBuilder.builder(
                        settings.uri().stream().map(OpenSearchConnection::host).toArray(HttpHost[]::new))
                .setMapper(new JacksonJsonpMapper(mapper))
                .setRequestConfigCallback(ignored -> requests(ANSWER))
                .setHttpClientConfigCallback(http -> pooled(http, settings))
                .build());
        client = new OpenSearchClient(transport);
        var options = ApacheHttpClient5Options.DEFAULT.toBuilder();
        options.setRequestConfig(requests(ANSWER_TO_BULK).build());
        patient = new OpenSearchClient(transport, options.build());
    }

    /** For people's questions: waits 5 s for an answer. */
    public OpenSearchClient client() {
        return client;
    }

    /** For bulk writes and administration: waits 30 s for an answer. */
    public OpenSearchClient patient() {
        return patient;
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }

    private static HttpHost host(URI uri) {
        if (uri.getHost() == null || uri.getScheme() == null) {
            throw new IllegalArgumentException(
                    "hindsight.opensearch.uri needs scheme and host, such as http://localhost:9200");
        }
        int port = uri.getPort() < 0 ? 9200 : uri.getPort();
        return new HttpHost(uri.getScheme(), uri.getHost(), port);
    }

    private static RequestConfig.Builder requests(Duration answer) {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(POOL))
                .setResponseTimeout(Timeout.of(answer));
    }

    private static HttpAsyncClientBuilder pooled(HttpAsyncClientBuilder http, OpenSearchSettings settings) {
        if (settings.username() != null && !settings.username().isBlank() && settings.password() != null) {
            var credentials = new BasicCredentialsProvider();
            settings.uri().stream()
                    .map(OpenSearchConnection::host)
                    .forEach(host -> credentials.setCredentials(
                            new AuthScope(host),
                            new UsernamePasswordCredentials(
                                    settings.username(), settings.password().toCharArray())));
            http.setDefaultCredentialsProvider(credentials);
        }
        return http.setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        // A node that restarted has forgotten the connections of before.
                        .setValidateAfterInactivity(Timeout.ofMilliseconds(500))
                        .build())
                .build());
    }
}
