package dev.hindsight.query.feed;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.LogEpoch;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * {@code GET /feed}: a page of lines, or a live stream for {@code Accept: text/event-stream}. A stream has its request's
 * virtual thread to itself and writes as fast as its reader takes it: the server's write timeout ends what is not read.
 */
@RestController
public final class FeedController {

    /** The route of live streams in meters: they last, and say nothing of how fast answers are. */
    public static final String LIVE_ROUTE = "/api/v1/feed (live)";

    private static final Logger LOG = LoggerFactory.getLogger(FeedController.class);
    private static final int DEFAULT_LIMIT = 200;
    private static final int MOST = 1_000;
    private static final String NEXT_AFTER = "Hindsight-Next-After";
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final Pattern EVENT_ID = Pattern.compile("([0-9a-fA-F-]{36}):([0-9]{1,9}):([0-9]{1,18})");

    private final FeedPages pages;
    private final LiveFeed live;
    private final Supplier<LogEpoch> epoch;

    FeedController(FeedPages pages, LiveFeed live, Supplier<LogEpoch> epoch) {
        this.pages = pages;
        this.live = live;
        this.epoch = epoch;
    }

    /**
     * @param after the last position that the caller has; 0, the beginning, unless said
     * @param log the log that this position is of; this one unless said
     * @param limit lines of a page: 1 to 1,000, 200 unless said
     */
    @GetMapping("/api/v1/feed")
    public void feed(
            Caller caller,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable String log,
            @RequestParam(required = false) @Nullable String limit,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, HttpMediaTypeNotAcceptableException {
        boolean streamed = wantsStream(request);
        FeedRights rights = pages.rights(caller);
        if (log != null && !Parameters.id("log", log).equals(epoch.get().logId())) {
            throw otherLog();
        }
        int lines = limit(limit);
        long from = after == null ? 0 : position(after);
        String lastEventId = request.getHeader(LAST_EVENT_ID);
        if (streamed && lastEventId != null && !lastEventId.isEmpty()) {
            from = position(epoch.get(), lastEventId);
        }
        pages.refuseAhead(from);
        if (streamed) {
            stream(caller, from, request, response);
        } else {
            page(pages.read(rights, from, lines), response);
        }
    }

    private static void page(FeedPage page, HttpServletResponse response) throws IOException {
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        response.setHeader(Freshness.POSITION_HEADER, Long.toString(page.known()));
        response.setHeader(NEXT_AFTER, Long.toString(page.complete()));
        OutputStream out = response.getOutputStream();
        for (FeedPage.Line line : page.lines()) {
            out.write(line.json());
            out.write('\n');
        }
        out.write(ascii("{\"complete\":" + page.complete() + "}\n"));
    }

    private void stream(Caller caller, long from, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        live.enter();
        try {
            ServerHttpObservationFilter.findObservationContext(request)
                    .ifPresent(context -> context.setPathPattern(LIVE_ROUTE));
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader("X-Accel-Buffering", "no"); // proxies pass lines on as they come
            Events events = new Events(response.getOutputStream(), epoch.get());
            events.begin();
            events.end(live.stream(() -> pages.rights(caller), from, events));
        } catch (IOException gone) {
            LOG.debug("A reader of the feed has gone: {}", gone.toString());
        } finally {
            live.leave();
        }
    }

    /** Lines as server-sent events. */
    private record Events(OutputStream out, LogEpoch epoch) implements LiveFeed.Sink {

        private static final byte[] DATA = ascii("data: ");
        private static final byte[] END = ascii("\n\n");

        void begin() throws IOException {
            say("retry: 2000\n: the feed\n\n");
        }

        @Override
        public void line(FeedPage.Line line) throws IOException {
            out.write(ascii(id(line.position())));
            out.write(DATA);
            out.write(line.json());
            out.write(END);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void heartbeat(long place) throws IOException {
            say(": heartbeat\n" + id(place) + "\n");
        }

        void end(LiveFeed.End why) throws IOException {
            say(": end, " + why.words() + "; come back with Last-Event-ID\n\n");
        }

        private String id(long position) {
            return "id: " + epoch.at(position) + "\n";
        }

        private void say(String words) throws IOException {
            out.write(ascii(words));
            out.flush();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A HEAD is answered for a page: a stream without a body would never end. */
    private static boolean wantsStream(HttpServletRequest request) throws HttpMediaTypeNotAcceptableException {
        List<MediaType> accepted;
        try {
            accepted = MediaType.parseMediaTypes(request.getHeader(HttpHeaders.ACCEPT));
        } catch (InvalidMediaTypeException e) {
            throw new HttpMediaTypeNotAcceptableException("Accept can't be read");
        }
        if (accepted.stream().anyMatch(type -> type.equalsTypeAndSubtype(MediaType.TEXT_EVENT_STREAM))) {
            return !"HEAD".equals(request.getMethod());
        } else if (accepted.isEmpty()
                || accepted.stream().anyMatch(type -> type.includes(MediaType.APPLICATION_NDJSON))) {
            return false;
        }
        throw new HttpMediaTypeNotAcceptableException(
                List.of(MediaType.APPLICATION_NDJSON, MediaType.TEXT_EVENT_STREAM));
    }

    private static int limit(@Nullable String value) {
        OptionalLong limit = value == null ? OptionalLong.of(DEFAULT_LIMIT) : Parameters.natural(value.strip());
        if (limit.isEmpty() || limit.getAsLong() < 1 || limit.getAsLong() > MOST) {
            throw new InvalidRequest("limit", "must be a number from 1 to " + MOST);
        }
        return (int) limit.getAsLong();
    }

    private static long position(String value) {
        return Parameters.natural(value.strip())
                .orElseThrow(() -> new InvalidRequest("after", "must be a position: a whole number from 0 on"));
    }

    private static long position(LogEpoch epoch, String eventId) {
        Matcher parts = EVENT_ID.matcher(eventId.strip());
        if (!parts.matches()) {
            throw new InvalidRequest(LAST_EVENT_ID, "must be the id of an event of this feed, as it was told");
        }
        long position = Long.parseLong(parts.group(3));
        if (!eventId.strip().equalsIgnoreCase(epoch.logId() + ":" + epoch.epoch() + ":" + parts.group(3))) {
            throw otherLog();
        }
        return position;
    }

    private static Refusal otherLog() {
        return new Refusal(
                "OTHER_LOG",
                "This position is of another log, or of this one before it was restored: read anew from after=0.");
    }
}
