package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A requester with words of their own, which are found wherever something of theirs lies. */
final class Somebody {

    final String suffix = HexFormat.of().toHexDigits(new Random().nextInt());
    final String word = "zyx" + suffix + "qv";
    final String name = "Quentin Wjk" + suffix;
    final String email = "quentin.vvk" + suffix + "@example.org";
    final Person self;
    final List<Answer> tickets = new ArrayList<>();
    String id = "";
    private final Person agent;

    /** @param people who call, by role and user name */
    Somebody(BiFunction<Role, String, Person> people) {
        self = people.apply(Role.REQUESTER, email);
        agent = people.apply(Role.AGENT, "ana@example.org");
    }

    /** Some tickets; the first has an agent's note, a reply of each side and a file, the last is cancelled. */
    Somebody with(int count) {
        for (int n = 0; n < count; n++) {
            Answer opened = Desks.ok(agent.post(
                    "/api/v1/tickets",
                    "{\"subject\":\"" + word + "subject printer " + n + "\",\"description\":\"" + word + "description "
                            + (n == 0 ? random(6_000) : "paper jam") + "\",\"tags\":[\"t" + suffix
                            + "\"],\"requester\":{\"email\":\"" + email + "\",\"name\":\"" + name + "\"}}"));
            tickets.add(opened);
        }
        Desks.ok(agent.post(at(0) + "/notes", "{\"body\":\"" + word + "note\"}"));
        Answer last = Desks.ok(agent.post(at(0) + "/replies", "{\"body\":\"" + word + "reply\"}"));
        Desks.ok(self.post(at(0) + "/replies", "{\"body\":\"" + word + "answer\"}"));
        Desks.ok(agent.patch(at(0), "{\"subject\":\"" + word + "subject plotter 0\"}", "If-Match", "*"));
        Desks.ok(MultipartFiles.upload(
                self,
                at(0),
                MultipartFiles.parts(MultipartFiles.part(word + "file.txt", "text/plain", word + "content"))));
        Answer resolved = Desks.ok(agent.put(
                at(count - 1) + "/status",
                "{\"status\":\"CANCELLED\",\"reason\":\"" + word + "cancelled\"}",
                "If-Match",
                "*"));
        assertThat(last.position()).isPositive();
        id = agent.get(at(0) + "?minPosition=" + resolved.position())
                .body()
                .at("/requester/id")
                .asString();
        Journey.eventually(
                Duration.ofSeconds(20),
                () -> agent.get("/api/v1/search?q=" + word + "subject")
                                .body()
                                .path("total")
                                .asInt()
                        == count);
        return this;
    }

    private static String random(int length) {
        var random = new Random(42);
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(Long.toString(random.nextLong(), 36)).append(' ');
        }
        return text.toString();
    }

    /** Path of a ticket of theirs. */
    String at(int n) {
        return "/api/v1/tickets/" + tickets.get(n).id();
    }

    /** All that people may ask of which something of theirs could be the answer: all places, and these of their tickets. */
    List<String> questions(int... some) {
        List<String> questions = new ArrayList<>(List.of(
                "/api/v1/tickets?limit=200&tag=t" + suffix,
                "/api/v1/tickets?text=" + word,
                "/api/v1/search?q=" + word + "subject",
                "/api/v1/search?q=" + word + "note",
                "/api/v1/search/suggestions?q=" + word,
                "/api/v1/people/" + id,
                "/api/v1/people/" + id + "/history",
                "/api/v1/feed?after=" + (tickets.getFirst().position() - 1)));
        for (int n : some) {
            questions.addAll(List.of(
                    at(n), at(n) + "/conversation", at(n) + "/timeline", at(n) + "/attachments", at(n) + "/similar"));
        }
        return questions;
    }

    /** Whether the answer to a question tells something of theirs. */
    boolean isToldBy(Person asks, String question) {
        String answer = asks.get(question).raw().body();
        return traces().stream().anyMatch(answer::contains);
    }

    /** What must not be found anywhere once they are forgotten. */
    List<String> traces() {
        return List.of(word, "Wjk" + suffix, "vvk" + suffix);
    }

    /** The files under a folder that hold something of theirs. */
    Set<String> filesIn(Path folder) {
        var found = new TreeSet<String>();
        List<byte[]> traces = traces().stream()
                .map(trace -> trace.getBytes(StandardCharsets.UTF_8))
                .toList();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                try {
                    byte[] content = Files.readAllBytes(file);
                    if (traces.stream().anyMatch(trace -> holds(content, trace))) {
                        found.add(folder.relativize(file).toString());
                    }
                } catch (NoSuchFileException gone) {
                    assertThat(file).doesNotExist();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static boolean holds(byte[] content, byte[] trace) {
        byte first = trace[0];
        for (int i = 0; i <= content.length - trace.length; i++) {
            if (content[i] == first && Arrays.equals(content, i, i + trace.length, trace, 0, trace.length)) {
                return true;
            }
        }
        return false;
    }
}
