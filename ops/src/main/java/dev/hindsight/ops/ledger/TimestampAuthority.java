package dev.hindsight.ops.ledger;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/** A time-stamping authority that is asked over HTTP (RFC 3161, 3.4). */
final class TimestampAuthority implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int NONCE_BITS = 64;

    private final URI address;
    private final SecureRandom random = new SecureRandom();
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    TimestampAuthority(URI address) {
        this.address = address;
    }

    /**
     * Asks for a token over a checkpoint.
     *
     * @throws IOException when there is no answer or one that is not right
     */
    TimestampToken stamp(String note) throws IOException, InterruptedException {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        try {
            TimeStampRequest request = generator.generate(
                    TSPAlgorithms.SHA256, TimestampToken.imprint(note), new BigInteger(NONCE_BITS, random));
            HttpResponse<byte[]> answer = http.send(
                    HttpRequest.newBuilder(address)
                            .timeout(PATIENCE)
                            .header("Content-Type", "application/timestamp-query")
                            .POST(BodyPublishers.ofByteArray(request.getEncoded()))
                            .build(),
                    BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException("the authority answers " + answer.statusCode());
            }
            TimeStampResponse response = new TimeStampResponse(answer.body());
            response.validate(request); // the nonce is ours, so the token is new
            TimeStampToken token = response.getTimeStampToken();
            if (token == null) {
                throw new IOException("the authority gives no token: " + response.getStatusString());
            }
            return TimestampToken.of(token, note);
        } catch (TSPException | TimestampToken.Refused e) {
            throw new IOException("the authority's answer is not right: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
