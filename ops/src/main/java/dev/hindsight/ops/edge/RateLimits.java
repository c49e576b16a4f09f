package dev.hindsight.ops.edge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * How many requests whoever calls may make: per token's subject, or per address where there is no good token. Each has a
 * bucket that holds a minute's requests and fills evenly. What is known lies on this node, bounded by count. Answers
 * tell as GitHub's do: {@code X-RateLimit-Limit}, {@code -Remaining}, {@code -Reset} (seconds since 1970, when the bucket
 * is full again), and {@code Retry-After} with the refusal. Safe for concurrent use.
 */
final class RateLimits {

    static final String LIMIT = "X-RateLimit-Limit";
    static final String REMAINING = "X-RateLimit-Remaining";
    static final String RESET = "X-RateLimit-Reset";

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_CALLERS = 100_000;

    private record CallerKey(
            @Nullable String issuer, @Nullable String subject) {}

    private final int perCaller;
    private final int perAddress;
    private final InstantSource clock;

    /** Whoever was away for so long has a full bucket anyway. */
    private final Cache<Object, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST_CALLERS)
            .expireAfterAccess(WINDOW.multipliedBy(2))
            .build();

    /**
     * @param perCaller requests a minute of one token's subject
     * @param perAddress requests a minute of one address without a good token
     */
    RateLimits(int perCaller, int perAddress, InstantSource clock) {
        if (perCaller < 1 || perAddress < 1) {
            throw new IllegalArgumentException("hindsight.rate-limit: a limit is a number of requests from 1 on");
        }
        this.perCaller = perCaller;
        this.perAddress = perAddress;
        this.clock = clock;
    }

    /** Counts a request with a good token; null where it may go on. */
    @Nullable
    Problem count(Jwt token, HttpServletResponse response) {
        return count(new CallerKey(token.getClaimAsString("iss"), token.getSubject()), perCaller, response);
    }

    /** Counts a request without a good token; null where it may go on. */
    @Nullable
    Problem count(HttpServletRequest request, HttpServletResponse response) {
        return count(network(request.getRemoteAddr()), perAddress, response);
    }

    private @Nullable Problem count(Object key, int limit, HttpServletResponse response) {
        Bucket bucket = buckets.get(key, unseen -> bucket(limit));
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        response.setHeader(LIMIT, Integer.toString(limit));
        response.setHeader(REMAINING, Long.toString(probe.getRemainingTokens()));
        response.setHeader(
                RESET,
                Long.toString(clock.instant()
                        .plusNanos(probe.getNanosToWaitForReset())
                        .plusMillis(999)
                        .getEpochSecond()));
        if (probe.isConsumed()) {
            return null;
        }
        long seconds = Math.max(
                1,
                Duration.ofNanos(probe.getNanosToWaitForRefill())
                        .plusMillis(999)
                        .toSeconds());
        return new Problem(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "RATE_LIMITED",
                        "You may make " + limit + " requests a minute; wait as Retry-After says.")
                .with(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }

    private static Bucket bucket(int limit) {
        return Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(limit, WINDOW))
                .build();
    }

    /** An IPv6 site has 2^64 addresses and counts as one. */
    private static Object network(String address) {
        try {
            InetAddress parsed = InetAddress.ofLiteral(address);
            return parsed instanceof Inet6Address
                    ? ByteBuffer.wrap(parsed.getAddress()).getLong()
                    : address;
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
