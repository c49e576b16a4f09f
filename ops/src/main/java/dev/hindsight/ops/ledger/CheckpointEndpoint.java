package dev.hindsight.ops.ledger;

import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.projections.ledger.CheckpointPlace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** An address that each checkpoint is posted to as plain text; any 2xx says that it is kept. */
final class CheckpointEndpoint implements CheckpointPlace {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final URI address;
    private final String token;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /**
     * @param token sent as bearer token; empty for none
     * @throws IllegalStateException unless the address is https, or http on this machine
     */
    CheckpointEndpoint(String address, String token) {
        this.address = checked(address, "hindsight.ledger.outside.endpoint");
        this.token = token;
    }

    /** An https address, or an http one of this machine. */
    static URI checked(String address, String property) {
        try {
            URI uri = URI.create(address);
            if (uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && isLoopback(uri)))) {
                return uri;
            }
        } catch (IllegalArgumentException noAddress) {
            // said below
        }
        throw new IllegalStateException(property + " must be an https address; http only on the loopback address");
    }

    private static boolean isLoopback(URI uri) {
        String host = uri.getHost();
        return host.equals("localhost")
                || (host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]")
                        && InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""))
                                .isLoopbackAddress());
    }

    /** Without the query, which may hold a secret. */
    @Override
    public String name() {
        return "endpoint " + address.getScheme() + "://" + address.getAuthority() + address.getPath();
    }

    @Override
    public void publish(SignedNote checkpoint) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(BodyPublishers.ofString(checkpoint.toString()));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<Void> answer;
        try {
            answer = http.send(request.build(), BodyHandlers.discarding());
        } catch (IOException e) {
            throw new IOException("no answer (" + e.getClass().getSimpleName() + ")", e);
        }
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("it answers " + answer.statusCode());
        }
    }

    /** It is only posted to. */
    @Override
    public Optional<SignedNote> last() {
        return Optional.empty();
    }

    @Override
    public void close() {
        http.close();
    }
}
