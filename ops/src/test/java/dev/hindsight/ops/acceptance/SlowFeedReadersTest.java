package dev.hindsight.ops.acceptance;

import static dev.hindsight.ops.acceptance.Journey.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Those who listen and do not read, or read slowly, cost the writers nothing and the heap little, and lose nothing. */
class SlowFeedReadersTest {

    private static final int WRITERS = 8;
    private static final Duration LET_GO = Duration.ofSeconds(45);
    private static final long MEBIBYTE = 1 << 20;
    private static final OperatingSystemMXBean CPU =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final AtomicLong lastPosition = new AtomicLong();

    @Test
    @Tag("drill") // measures: not beside other work
    void twoHundredSlowNobody() throws Exception {
        slowNobody(200, Duration.ofSeconds(5), 0.9);
    }

    /** With bounds that hold beside other work, too. */
    @Test
    void fiftyDoNotStopTheWriters() throws Exception {
        slowNobody(50, Duration.ofSeconds(2), 0.4);
    }

    private void slowNobody(int readers, Duration each, double share) throws Exception {
        rate(each); // warms up
        rate(each);
        long before = lastPosition.get();
        double first = rate(each);
        double unread;
        long more;
        List<Socket> sockets = new ArrayList<>();
        try {
            listen(sockets, readers, before);
            unread = (rate(each) + rate(each)) / 2;
            more = heap();
            eventually(LET_GO, () -> listeners() == 0); // by the server: the sockets are open
            more -= heap();
            nothingIsLost(sockets.getFirst(), before, lastPosition.get());
        } finally {
            close(sockets);
        }
        double slowly;
        try (ExecutorService one = Executors.newSingleThreadExecutor()) {
            listen(sockets, readers, before);
            Future<?> reading = one.submit(() -> readSlowly(sockets));
            try {
                slowly = (rate(each) + rate(each)) / 2;
                assertThat(reading.isDone()).isFalse();
                assertThat(listeners()).as("who reads slowly stays").isGreaterThanOrEqualTo(readers);
            } finally {
                reading.cancel(true); // else the executor would wait for it for ever
            }
        } finally {
            close(sockets);
        }
        eventually(LET_GO, () -> listeners() < readers / 10.0);
        double alone = (first + rate(each)) / 2;
        System.out.printf(
                "%.0f commands/s alone; with %d readers that do not read %.0f/s, heap %+.1f MiB;"
                        + " with as many that read slowly %.0f/s%n",
                alone, readers, unread, (double) more / MEBIBYTE, slowly);
        assertThat(unread).isGreaterThan(alone * share);
        assertThat(slowly).isGreaterThan(alone * share);
        assertThat(more).isLessThan(64 * MEBIBYTE);
    }

    /** At most four kilobytes of each, four times a second: less than is written, more than the server's patience asks. */
    private static Void readSlowly(List<Socket> sockets) throws IOException, InterruptedException {
        byte[] some = new byte[4_096];
        while (true) {
            for (Socket socket : sockets) {
                if (socket.getInputStream().available() > 0) {
                    socket.getInputStream().read(some);
                }
            }
            Thread.sleep(250);
        }
    }

    private void listen(List<Socket> sockets, int readers, long after) throws IOException {
        for (int i = 0; i < readers; i++) {
            sockets.add(listen(after));
        }
        eventually(Duration.ofSeconds(20), () -> listeners() >= readers);
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    /** What came until the server let it go, and the rest with the last id. */
    private void nothingIsLost(Socket socket, long before, long last) throws IOException {
        List<Long> seen = new ArrayList<>();
        socket.setSoTimeout(3_000);
        String lastId = "";
        String pending = "";
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null && !seen.contains(last); line = in.readLine()) {
                if (line.startsWith("id: ")) {
                    pending = line.substring("id: ".length());
                } else if (line.isEmpty() && !pending.isEmpty()) {
                    long position = Long.parseLong(pending.substring(pending.lastIndexOf(':') + 1));
                    if (!pending.equals(lastId)) {
                        seen.add(position);
                    }
                    lastId = pending;
                    pending = "";
                }
            }
        } catch (IOException cut) {
            System.out.println("the slow reader was let go: " + cut);
        }
        assertThat(seen).isNotEmpty();
        if (!seen.contains(last)) {
            try (FeedReader again = FeedReader.open(app, agent.token(), "", lastId)) {
                eventually(Duration.ofSeconds(30), () -> again.positions().contains(last));
                seen.addAll(again.positions());
            }
        }
        List<Long> expected = new ArrayList<>();
        for (long place = before; place < last; ) {
            Answer page = agent.get("/api/v1/feed?limit=1000&after=" + place);
            page.raw()
                    .body()
                    .lines()
                    .map(JSON::readTree)
                    .filter(line -> line.has("event"))
                    .forEach((JsonNode line) -> {
                        expected.add(line.path("position").asLong());
                    });
            place = Long.parseLong(String.valueOf(page.header("Hindsight-Next-After")));
        }
        assertThat(seen.stream().filter(position -> position <= last).toList())
                .isEqualTo(
                        expected.stream().filter(position -> position <= last).toList());
    }

    private Socket listen(long after) throws IOException {
        URI uri = URI.create(app.url("/"));
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
        socket.getOutputStream()
                .write(("GET /api/v1/feed?after=" + after + " HTTP/1.0\r\nAccept: text/event-stream\r\n"
                                + "Authorization: Bearer " + agent.token() + "\r\nHost: localhost\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private double listeners() {
        return app.context()
                .getBean(MeterRegistry.class)
                .get("hindsight.feed.readers")
                .gauge()
                .value();
    }

    /** Commands a second. */
    private double rate(Duration each) throws Exception {
        long end = System.nanoTime() + each.toNanos();
        AtomicLong count = new AtomicLong();
        long cpu = CPU.getProcessCpuTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                all.add(pool.submit(() -> {
                    while (System.nanoTime() < end) {
                        Answer opened = agent.post(
                                "/api/v1/tickets",
                                "{\"subject\":\"slow\",\"description\":\"" + "hum ".repeat(500) + "\"}");
                        assertThat(opened.status()).isEqualTo(201);
                        lastPosition.accumulateAndGet(opened.position(), Math::max);
                        count.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        double perSecond = count.get() / (double) each.toSeconds();
        System.out.printf(
                "%.0f commands/s, %.2f ms of CPU each%n",
                perSecond, (CPU.getProcessCpuTime() - cpu) / 1e6 / count.get());
        return perSecond;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
