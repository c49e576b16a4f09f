package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.hindsight.ops.acceptance.Desks.Opened;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
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
                clean(requester.get(TICKETS + "?minPosition=" + position), marker);
                clean(requester.get("/api/v1/search?q="), marker);
                clean(requester.get("/api/v1/search?q=" + ticket.number()), marker);
                clean(requester.get("/api/v1/search?q=subject"), marker);
                // What is asked with the word answers as it does with one that stands nowhere.
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
