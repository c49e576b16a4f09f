package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.hindsight.ops.acceptance.Desks.Opened;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A word that stands in notes alone: no requester reads it, finds by it, or can tell by any answer that it is there. */
class NoteLeakTest {

    private static final String TICKETS = "/api/v1/tickets";

    private final RunningApplication app = RunningApplication.shared();
    private final Desks desks = new Desks(app);

    /** Everything that is logged meanwhile, down to DEBUG of our own code. */
    private static final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Logger ours = (Logger) LoggerFactory.getLogger("dev.hindsight");
        private final @Nullable Level before = ours.getLevel();
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Logged() {
            setContext(root.getLoggerContext());
            start();
            root.addAppender(this);
            ours.setLevel(Level.DEBUG);
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage() + " " + event.getMDCPropertyMap() + " " + event.getKeyValuePairs()
                    + (event.getThrowableProxy() == null
                            ? ""
                            : event.getThrowableProxy().getMessage()));
        }

        @Override
        public void close() {
            root.detachAppender(this);
            ours.setLevel(before);
            stop();
        }
    }

    @Test
    void aWordOfANoteReachesNoRequesterByAnyPathNorTheLog() {
        String marker = "wombat" + UUID.randomUUID().toString().substring(0, 8);
        String absent = "dingoo" + UUID.randomUUID().toString().substring(0, 8);
        try (var logged = new Logged()) {
            Opened ticket = desks.ticket("a subject without it");
            Person agent = desks.of("agentWorks");
            String path = TICKETS + "/" + ticket.id();
            Answer note = Desks.ok(agent.post(path + "/notes", "{\"body\":\"inside: " + marker + " again\"}"));
            long position = app.after(note);
            Journey.eventually(
                    Duration.ofSeconds(20),
                    () -> agent.get("/api/v1/search?q=" + marker)
                                    .body()
                                    .path("total")
                                    .asInt()
                            == 1);
            assertThat(agent.get("/api/v1/search?q=" + marker).raw().body()).contains("<em>" + marker);

            for (String who : List.of("own", "same", "other")) {
                Person requester = desks.of(who);
                boolean sees = !who.equals("other");
                for (String read : List.of("", "/conversation", "/timeline", "/links")) {
                    Answer answer = requester.get(path + read + "?minPosition=" + position);
                    assertThat(answer.status()).as(read).isEqualTo(sees ? 200 : 404);
                    clean(answer, marker);
                    assertThat(answer.raw().body()).doesNotContain("InternalNoteAdded", "INTERNAL_NOTE");
                }
                findsNothing(who, ticket, position, marker, absent);
                for (Answer refused : List.of(
                        requester.post(path + "/notes", "{\"body\":\"x\"}"),
                        requester.put(path + "/status", "{\"status\":\"OPEN\"}", "If-Match", "\"1\""),
                        requester.patch(path, "{\"subject\":\"x\"}", "If-Match", "\"1\""),
                        requester.delete(path + "/tags/x"))) {
                    assertThat(refused.status()).isBetween(400, 499);
                    clean(refused, marker);
                }
            }
            LoggerFactory.getLogger(NoteLeakTest.class).info("this is heard");
            assertThat(logged.lines)
                    .anyMatch(line -> line.startsWith("this is heard"))
                    .noneMatch(line -> line.contains("inside: " + marker));
        }
    }

    @Test
    void aFileOfANoteReachesNoRequesterByAnyPathNorTheLog() throws Exception {
        String marker = "numbat" + UUID.randomUUID().toString().substring(0, 8);
        String absent = "quokka" + UUID.randomUUID().toString().substring(0, 8);
        String bytes = "in the file: " + marker;
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.getBytes(StandardCharsets.UTF_8)));
        try (var logged = new Logged()) {
            Opened ticket = desks.ticket("a subject without it");
            Person agent = desks.of("agentWorks");
            String path = TICKETS + "/" + ticket.id();
            try (FeedReader live =
                    FeedReader.open(app, desks.of("own").token(), "?after=" + (ticket.position() - 1), null)) {
                Answer uploaded = MultipartFiles.upload(
                        agent, path, MultipartFiles.parts(MultipartFiles.part(marker + ".txt", "text/plain", bytes)));
                String file = MultipartFiles.firstId(uploaded);
                assertThat(uploaded.raw().body()).contains(digest, marker);
                staysInside(ticket, app.after(uploaded), file, marker, absent, digest);

                Answer note = Desks.ok(
                        agent.post(path + "/notes", "{\"body\":\"see\",\"attachmentIds\":[\"" + file + "\"]}"));
                Answer read = Desks.ok(agent.get(path + "/attachments?minPosition=" + app.after(note)));
                assertThat(read.raw().body()).contains(digest, marker, file);
                staysInside(ticket, app.after(note), file, marker, absent, digest);

                Answer removed = Desks.ok(agent.delete(path + "/attachments/" + file));
                staysInside(ticket, app.after(removed), file, marker, absent, digest);

                Answer last = Desks.ok(agent.post(path + "/replies", "{\"body\":\"the end\"}"));
                long end = app.after(last);
                Journey.eventually(
                        Duration.ofSeconds(20), () -> live.positions().contains(end));
                assertThat(live.lines().toString())
                        .contains("the end")
                        .doesNotContain(marker, digest, file, "attachment");
                assertThat(fed(agent, ticket.position(), end))
                        .contains("ticket.attachment-added", "ticket.attachment-removed", marker, digest, file)
                        .doesNotContain("wrappedKey");
            }
            assertThat(logged.lines).noneMatch(line -> line.contains(marker + ".txt") || line.contains(digest));
        }
    }

    /** No read, feed, search or write of those who see no notes tells of the file, nor that there is one. */
    private void staysInside(Opened ticket, long position, String file, String marker, String absent, String digest) {
        String path = TICKETS + "/" + ticket.id();
        String none = UUID.randomUUID().toString();
        for (String who : List.of("own", "same", "other")) {
            Person requester = desks.of(who);
            for (String read : List.of("", "/conversation", "/timeline", "/links", "/attachments", "/similar")) {
                Answer answer = requester.get(path + read + "?minPosition=" + position);
                assertThat(answer.status()).as(read).isEqualTo(who.equals("other") ? 404 : 200);
                for (String secret : List.of(marker, digest, file)) {
                    clean(answer, secret);
                }
                assertThat(answer.raw().body()).doesNotContain("AttachmentAdded", "AttachmentRemoved");
            }
            findsNothing(who, ticket, position, marker, absent);
            for (Function<String, Answer> call : List.<Function<String, Answer>>of(
                    id -> requester.get(path + "/attachments/" + id + "?minPosition=" + position),
                    id -> requester.delete(path + "/attachments/" + id),
                    id -> requester.post(path + "/replies", "{\"body\":\"x\",\"attachmentIds\":[\"" + id + "\"]}"))) {
                Answer with = call.apply(file);
                assertThat(with.status()).isBetween(400, 404);
                assertThat(told(with, file)).as(who).isEqualTo(told(call.apply(none), none));
            }
        }
        // Integrations read no notes in the feed, whatever was granted to them.
        for (String who : List.of("own", "same", "other", "client", "clientReads")) {
            assertThat(fed(desks.of(who), ticket.position(), position))
                    .as(who)
                    .doesNotContain(marker, digest, file, "ticket.attachment");
        }
    }

    /** What the feed tells after a position, and up to another. */
    private static String fed(Person who, long after, long until) {
        StringBuilder all = new StringBuilder();
        Instant deadline = Instant.now().plusSeconds(30);
        for (long place = after; place < until; ) {
            assertThat(Instant.now()).as("in time").isBefore(deadline);
            Answer page = Desks.ok(who.get("/api/v1/feed?limit=1000&after=" + place));
            all.append(page.raw().body());
            place = Long.parseLong(String.valueOf(page.header("Hindsight-Next-After")));
        }
        return all.toString();
    }

    /** Neither lists nor search tell of the word, and what is asked with it answers as with one that stands nowhere. */
    private void findsNothing(String who, Opened ticket, long position, String marker, String absent) {
        Person requester = desks.of(who);
        clean(requester.get(TICKETS + "?minPosition=" + position), marker);
        clean(requester.get("/api/v1/search?q="), marker);
        clean(requester.get("/api/v1/search?q=" + ticket.number()), marker);
        clean(requester.get("/api/v1/search?q=subject"), marker);
        for (String asked : List.of(
                TICKETS + "?text=%s",
                "/api/v1/search?q=%s",
                "/api/v1/search?q=%%22inside:%%20%s%%22",
                "/api/v1/search?q=%s*",
                "/api/v1/search?q=-%s",
                "/api/v1/search?q=%s%%20status:open,new",
                "/api/v1/search?q=note:%s",
                "/api/v1/search?q=internalNotes:%s",
                "/api/v1/search/suggestions?q=%s",
                TICKETS + "?tag=%s",
                TICKETS + "?sort=%s",
                TICKETS + "?cursor=%s",
                TICKETS + "/%s")) {
            Answer with = requester.get(asked.formatted(marker));
            Answer without = requester.get(asked.formatted(absent));
            assertThat(told(with, marker)).as(who + " " + asked).isEqualTo(told(without, absent));
        }
    }

    /** Neither the body nor a header holds the word. */
    private static void clean(Answer answer, String marker) {
        assertThat(answer.raw().body().toLowerCase(Locale.ROOT)).doesNotContain(marker);
        assertThat(answer.raw().headers().map().toString().toLowerCase(Locale.ROOT))
                .doesNotContain(marker);
    }

    /** An answer with the word that was asked for taken out, and what differs between any two answers. */
    private static Map<String, Object> told(Answer answer, String asked) {
        var told = new TreeMap<String, Object>();
        answer.body()
                .properties()
                .forEach(member ->
                        told.put(member.getKey(), member.getValue().toString().replace(asked, "")));
        List.of("requestId", "instance", "position").forEach(told::remove);
        told.put("status", answer.status());
        told.put("headers", answer.raw().headers().map().keySet().toString());
        return told;
    }
}
